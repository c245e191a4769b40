import GenModels

/// IRR, ORR and Δ over all thresholds θ: exact step functions.
///
/// A rate counts errors below θ, so it changes just above each distinct error. Step 0 holds for θ ≤
/// `errors[0]`, where nothing is reconstructed; step s for θ in (`errors[s − 1]`, `errors[s]`]; the last one
/// for all θ above the largest error, where everything is. There is one step more than distinct errors. IRR
/// and ORR never fall.
///
/// ```swift
/// let curves = comparison.curves()
/// curves.delta[0][curves.step(at: 50)]
/// ```
public struct ReconstructionCurves: Sendable, Hashable {
  /// The distinct errors of all sets, ascending.
  public let errors: [Double]
  /// The names of the control sets.
  public let controlNames: [String]
  /// IRR at each step.
  public let inClass: [Double]
  /// ORR of each control set at each step: `outOfClass[control][step]`.
  public let outOfClass: [[Double]]
  /// Δ = IRR − ORR of each control set at each step: `delta[control][step]`.
  public let delta: [[Double]]

  /// The mean of Δ over control sets at each step.
  public var meanDelta: [Double] {
    inClass.indices.map { step in delta.reduce(0) { $0 + $1[step] } / Double(delta.count) }
  }

  /// The minimum of Δ over control sets at each step.
  public var minimumDelta: [Double] {
    inClass.indices.map { step in delta.reduce(.infinity) { min($0, $1[step]) } }
  }

  /// The step that θ lies on: the number of distinct errors below θ. A binary search.
  public func step(at threshold: Double) -> Int { errors.ascendingCount(below: threshold) }

  /// A value of θ on a step: its upper end, or, on the last step, the next number above the largest error.
  public func threshold(ofStep step: Int) -> Double {
    precondition(
      errors.indices.contains(step) || step == errors.count,
      "There is no step \(step) on curves of \(errors.count + 1) steps.")
    return step < errors.count ? errors[step] : errors[errors.count - 1].nextUp
  }
}

extension ReconstructionComparison {
  /// The curves of IRR, ORR and Δ over θ: O((n + m) log) for the sort of distinct errors, with as many steps
  /// as there are distinct errors, and one.
  public func curves() -> ReconstructionCurves {
    let sets = [inClass] + controls
    var errors = sets.flatMap { $0 }.sorted()
    var kept = 0
    for error in errors where kept == 0 || errors[kept - 1] != error {
      errors[kept] = error
      kept += 1
    }
    errors.removeLast(errors.count - kept)
    let counts = sets.map { Self.cumulative($0, errors) }
    let (own, others) = (counts[0], counts.dropFirst())
    let n = inClass.count
    return ReconstructionCurves(
      errors: errors, controlNames: controlNames, inClass: own.map { Double($0) / Double(n) },
      outOfClass: zip(others, controls).map { counts, set in counts.map { Double($0) / Double(set.count) } },
      delta: zip(others, controls).map { counts, set in
        zip(own, counts).map { a, b in
          ReconstructionRates.delta(
            Proportion(successes: a, trials: n), Proportion(successes: b, trials: set.count))
        }
      })
  }

  /// How many of a set's ascending errors are below θ at each step.
  private static func cumulative(_ set: [Double], _ errors: [Double]) -> [Int] {
    var counts = [0]
    counts.reserveCapacity(errors.count + 1)
    var place = 0
    for error in errors {
      while place < set.count && set[place] <= error { place += 1 }
      counts.append(place)
    }
    return counts
  }
}
