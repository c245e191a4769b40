import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A density of one or two numbers integrates to 1, and its draws have the means and the entropy that the integral says.
///
/// ```swift
/// DensityIntegralLaw.violations(of: mixture)          // nothing to say of a density of three numbers or more
/// ```
///
/// The midpoint rule over a box twice as wide as the draws reach: 20,000 points in one dimension, 300² in two.
public enum DensityIntegralLaw {
  /// - Parameters:
  ///   - model: A density.
  ///   - tolerance: How far the integral may be from 1: mass outside the box, and edges that the grid does not see.
  public static func violations<Density: DensityModel>(
    of model: Density, tolerance: Double = 0.02
  ) -> [LawViolation] where Density.Examples: LawExamples {
    var random = RandomGenerator(seed: 4)
    return violations(
      shape: model.exampleShape, tolerance: tolerance, samples: model.sample(count: 4000, using: &random)
    ) { try model.logDensity($0) }
  }

  /// The law for any density of a shape.
  ///
  /// - Parameters:
  ///   - shape: The shape of one example.
  ///   - tolerance: See above.
  ///   - samples: Draws.
  ///   - logDensity: ln p of each example of a batch.
  static func violations<Examples: LawExamples>(
    shape: Shape, tolerance: Double, samples: Examples, logDensity: (Examples) throws -> [Double]
  ) -> [LawViolation] {
    let features = shape.elementCount
    // Draws that are longer sequences have another density than single steps.
    guard features == 1 || features == 2, samples.exampleCount > 0,
      samples.numbers.count == samples.exampleCount * features
    else { return [] }
    var findings = Findings()
    let law = "logDensity: integrates to 1"
    findings.attempt(law, tried: "a grid") { findings in
      let rows = samples.rows
      let ranges = try box(around: rows, shape: shape, samples: samples, logDensity: logDensity)
      let grid = Grid(ranges, steps: features == 1 ? 20_000 : 300)
      var (mass, entropy, means) = (0.0, 0.0, [Double](repeating: 0, count: features))
      for chunk in grid.chunks {
        let found = try logDensity(Examples.points(chunk, shape: shape))
        for (point, nats) in zip(chunk, found) where nats > -.infinity {
          let part = exp(nats) * grid.cell
          mass += part
          entropy -= part * nats
          for k in 0..<features { means[k] += part * point[k] }
        }
      }
      findings.require(
        abs(mass - 1) <= tolerance, law, tried: "a grid over \(ranges)", found: "the integral \(mass)",
        expected: "1 within \(tolerance)")
      let root = Double(rows.count).squareRoot()
      let nats = try logDensity(samples)
      let limit = 5 * nats.deviation / root + 2 * tolerance
      findings.require(
        abs(-nats.mean - entropy) <= limit, "sample: draws come from the density",
        tried: "the mean of −ln p over \(rows.count) draws", found: "\(-nats.mean)",
        expected: "the entropy \(entropy) within \(limit)")
      for k in 0..<features {
        let numbers = rows.map { $0[k] }
        let limit = (5 / root + 2 * tolerance) * numbers.deviation
        findings.require(
          abs(numbers.mean - means[k]) <= limit, "sample: draws come from the density",
          tried: "the mean of feature \(k) over \(rows.count) draws", found: "\(numbers.mean)",
          expected: "\(means[k]) within \(limit)")
      }
    }
    return findings.violations
  }

  /// The draws' box, made half as wide again on each side as far as the density is defined there.
  private static func box<Examples: LawExamples>(
    around rows: [[Double]], shape: Shape, samples: Examples, logDensity: (Examples) throws -> [Double]
  ) throws -> [ClosedRange<Double>] {
    let ranges = (0..<shape.elementCount).map { k in
      let numbers = rows.map { $0[k] }
      let (low, high) = (numbers.min()!, numbers.max()!)
      let margin = (high - low) / 2 + 1e-6
      return low - margin...high + margin
    }
    do {
      _ = try logDensity(.points([ranges.map(\.lowerBound), ranges.map(\.upperBound)], shape: shape))
    } catch ExampleError.outsideSupport(_, _, _, let support) {
      return ranges.map { $0.clamped(to: support) }
    }
    return ranges
  }
}

/// The midpoints of the cells of a box.
private struct Grid {
  let ranges: [ClosedRange<Double>]
  let steps: Int

  init(_ ranges: [ClosedRange<Double>], steps: Int) {
    self.ranges = ranges
    self.steps = steps
  }

  /// The volume of one cell.
  var cell: Double { ranges.reduce(1) { $0 * ($1.upperBound - $1.lowerBound) / Double(steps) } }

  private func place(_ step: Int, _ axis: Int) -> Double {
    let range = ranges[axis]
    return range.lowerBound + (range.upperBound - range.lowerBound) * (Double(step) + 0.5) / Double(steps)
  }

  /// The points, some at a time.
  var chunks: [[[Double]]] {
    if ranges.count == 1 {
      return stride(from: 0, to: steps, by: 2000).map { start in
        (start..<min(steps, start + 2000)).map { [place($0, 0)] }
      }
    }
    return (0..<steps).map { row in (0..<steps).map { [place(row, 0), place($0, 1)] } }
  }
}
