import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A kernel density estimate (E. Parzen, 1962): p(x) = (1 / (n hᵈ V)) Σᵢ K(|x − xᵢ| / h), with V = ∫ K. As a
/// scorer, −ln p(x).
///
/// ```swift
/// let density = try KernelDensity(fitting: train, bandwidth: .scott)
/// let logs = try density.logDensity(test)
/// ```
///
/// Every training row is visited, in double precision; logarithms stay finite however far x is for the
/// Gaussian and the exponential kernel (at least −1.8·10³⁰⁸). **For the compact kernels the density is 0, and the score
/// +∞, where no training row is within h.** Equal rows add up. Cost: about m·n·(2d + 20) operations for m rows.
///
/// A training row is near itself: `leaveOneOutScores` has its density by the other rows.
public struct KernelDensity: Sendable {
  /// The training rows.
  public let points: Matrix
  /// h.
  public let bandwidth: Double
  /// K.
  public let kernel: DensityKernel
  /// ln (n hᵈ V).
  private let logNormalizer: Double
  private let panels: Panels

  /// Fits to the rows of `x`.
  /// - Throws: `TableError` for an empty table, entries that are not finite or are above 10¹⁵⁰ in magnitude,
  ///   and a bandwidth that is not between 10⁻¹⁵⁰ and 10¹⁵⁰; for cross-validation, for fewer rows than folds.
  public init(fitting x: Matrix, bandwidth: Bandwidth = .scott, kernel: DensityKernel = .gaussian) throws {
    try x.checkTraining()
    let (n, d) = (Double(x.rows), Double(x.columns))
    let h: Double
    switch bandwidth {
    case .fixed(let value): h = value
    case .scott: h = pow(n, -1 / (d + 4))
    case .silverman: h = pow(n * (d + 2) / 4, -1 / (d + 4))
    case .crossValidated(let candidates, let folds): h = try Self.crossValidated(x, candidates, folds, kernel)
    }
    try self.init(points: x, bandwidth: h, kernel: kernel)
  }

  private init(points: Matrix, bandwidth: Double, kernel: DensityKernel) throws {
    guard bandwidth >= Magnitudes.smallestSpread, bandwidth <= Magnitudes.largest else {
      throw TableError.invalidSetting(
        name: "bandwidth", value: "\(bandwidth)", expected: "above 0, between 1e-150 and 1e150")
    }
    try points.checkMagnitudes()
    self.points = points
    self.bandwidth = bandwidth
    self.kernel = kernel
    logNormalizer =
      log(Double(points.rows)) + Double(points.columns) * log(bandwidth) + kernel.logVolume(points.columns)
    panels = Panels(points)
  }

  private static func crossValidated(
    _ x: Matrix, _ candidates: [Double], _ folds: Int, _ kernel: DensityKernel
  ) throws -> Double {
    guard folds >= 2 else {
      throw TableError.invalidSetting(name: "folds", value: "\(folds)", expected: "at least 2")
    }
    guard !candidates.isEmpty else {
      throw TableError.invalidSetting(name: "candidates", value: "empty", expected: "at least one bandwidth")
    }
    guard x.rows >= folds else {
      throw TableError.tooFewRows(found: x.rows, needed: folds, reason: "for \(folds) folds")
    }
    var best: (likelihood: Double, bandwidth: Double)?
    for bandwidth in candidates {
      var likelihood = 0.0
      for fold in 0..<folds {
        let held = (0..<Int32(x.rows)).filter { Int($0) % folds == fold }
        let kept = (0..<Int32(x.rows)).filter { Int($0) % folds != fold }
        let density = try KernelDensity(points: x.rows(kept), bandwidth: bandwidth, kernel: kernel)
        likelihood += density.logDensities(x.rows(held)).reduce(0, +)
      }
      if best == nil || likelihood > best!.likelihood { best = (likelihood, bandwidth) }
    }
    return best!.bandwidth
  }

  /// ln p of rows that were checked.
  private func logDensities(_ x: Matrix) -> [Double] {
    let d = points.columns
    // Packed for other kernels than those in use here, points are packed once more.
    let panels = panels.fitKernelsInUse ? panels : Panels(points)
    return [Double](unsafeUninitializedCapacity: x.rows) { out, count in
      nonisolated(unsafe) let out = out
      x.withUnsafeElements { elements in
        nonisolated(unsafe) let rows = elements.baseAddress
        panels.elements.withUnsafeBufferPointer { panels in
          nonisolated(unsafe) let panels = panels.baseAddress!
          parallelFor(x.rows, grain: 16) { range in
            ood_active_kernels().pointee.kernel_density.log_sums(
              kernel.kernel, rows! + range.lowerBound * d, range.count, panels, points.rows, d, bandwidth,
              out.baseAddress! + range.lowerBound)
            for i in range {
              if out[i] == -.infinity { out[i] = farLogSum(rows! + i * d) }
              out[i] = max(out[i] - logNormalizer, kernel.isCompact ? -.infinity : -.greatestFiniteMagnitude)
            }
          }
        }
      }
      count = x.rows
    }
  }

  /// ln Σᵢ K(|x − xᵢ| / h) where it is below the finite numbers, or the squares on the way to it overflow: of the nearest
  /// rows alone, beside which the others are nothing.
  private func farLogSum(_ x: UnsafePointer<Double>, excluding excluded: Int? = nil) -> Double {
    guard !kernel.isCompact else { return -.infinity }
    let row = (0..<featureCount).map { x[$0] }
    var distances = farDistances(row, to: points, .euclidean)
    if let excluded { distances.remove(at: excluded) }
    guard let least = distances.min() else { return -.infinity }
    let u = least / bandwidth / Magnitudes.shrinking
    let exponent = kernel == .gaussian ? -0.5 * u * u : -u
    return exponent.saturated + log(Double(distances.count { $0 == least }))
  }

  /// ln p of each training row by the others.
  private func leaveOneOutLogDensities() throws -> [Double] {
    let (n, d) = (points.rows, featureCount)
    try points.checkTraining(rows: 2, "to leave one out")
    let correction = log(Double(n - 1)) - log(Double(n))
    let width = ood_active_kernels().pointee.kernel_density.panel_points
    return [Double](unsafeUninitializedCapacity: n) { out, count in
      nonisolated(unsafe) let out = out
      points.withUnsafeElements { elements in
        nonisolated(unsafe) let rows = elements.baseAddress!
        panels.elements.withUnsafeBufferPointer { panels in
          nonisolated(unsafe) let panels = panels
          // Every piece of work moves one point after the other out of sight, in panels of its own.
          parallelFor(n, grain: max(16, n / 64)) { range in
            let own = Scratch<Double>(panels.count)
            own.base.update(from: panels.baseAddress!, count: panels.count)
            for i in range {
              let place = i / width * width * d + i % width
              let coordinate = own.base[place]
              own.base[place] = Double.greatestFiniteMagnitude
              ood_active_kernels().pointee.kernel_density.log_sums(
                kernel.kernel, rows + i * d, 1, own.base, n, d, bandwidth, out.baseAddress! + i)
              own.base[place] = coordinate
              if out[i] == -.infinity { out[i] = farLogSum(rows + i * d, excluding: i) }
              out[i] = max(
                out[i] - logNormalizer - correction, kernel.isCompact ? -.infinity : -.greatestFiniteMagnitude
              )
            }
          }
        }
      }
      count = n
    }
  }

  /// The points as the kernels want them.
  private final class Panels: Sendable {
    let elements: [Double]
    private let variant: KernelVariant

    /// Whether the kernels that are in use now are those that packed the points: others want another layout.
    var fitKernelsInUse: Bool { variant == .active }

    init(_ points: Matrix) {
      variant = .active
      let kernels = ood_active_kernels().pointee.kernel_density
      let count = (points.rows + kernels.panel_points - 1) / kernels.panel_points * kernels.panel_points
      elements = [Double](unsafeUninitializedCapacity: count * points.columns) { buffer, filled in
        points.withUnsafeElements {
          kernels.pack($0.baseAddress!, points.rows, points.columns, buffer.baseAddress!)
        }
        filled = count * points.columns
      }
    }
  }
}

extension KernelDensity: DensityModel {
  public func logDensity(checked x: Matrix) throws -> [Double] {
    return logDensities(x)
  }

  public func sample(count: Int, using random: inout RandomGenerator) -> Matrix {
    let d = featureCount
    return Matrix(rows: count, columns: d) { destination in
      for i in 0..<count {
        let row = Int(random.next(upperBound: UInt64(points.rows)))
        let step = kernel.sample(d, using: &random)
        for k in 0..<d { destination[i * d + k] = points[row, k] + bandwidth * step[k] }
      }
    }
  }
}

extension KernelDensity: LeaveOneOutScorer {
  public static let kind = "kernel-density"
  public var featureCount: Int { points.columns }

  /// −ln p(x) of each row.
  public func score(checked x: Matrix) throws -> [Double] { try logDensity(checked: x).map { -$0 } }

  /// −ln p(xᵢ) of each training row xᵢ by the n − 1 others; +∞ where a compact kernel reaches none of them.
  public func leaveOneOutScores() throws -> [Double]? { try leaveOneOutLogDensities().map { -$0 } }

  public struct Configuration: Codable, Hashable, Sendable {
    var bandwidth: Double
    var kernel: DensityKernel
  }

  public var configuration: Configuration { Configuration(bandwidth: bandwidth, kernel: kernel) }

  public func encode(to archive: inout ModelArchive) throws {
    archive["points"] = .float64(points.elements, shape: [points.rows, points.columns])
  }

  public init(from archive: ModelArchive) throws {
    let settings = try archive.configuration(as: Configuration.self)
    let points = try archive.finiteMatrix("points")
    try points.checkTraining()
    try self.init(points: points, bandwidth: settings.bandwidth, kernel: settings.kernel)
  }
}
