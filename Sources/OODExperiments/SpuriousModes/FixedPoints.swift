import GenModels
import OODMetrics

/// What a model generated from noise, and whether each image is a fixed point (`FixedPointGeneration`).
public struct FixedPoints: Sendable {
  /// The images, `[count, ...]`, in the order of their starts.
  public let images: Tensor
  /// ‖M(x) − x‖ of each image, in the norm that was asked for.
  public let distances: [Double]
  /// How many steps from its start each image is.
  public let iterations: [Int]
  /// Whether each image's distance is within the tolerance.
  public let converged: [Bool]
  /// Every step of the first images, the start and the end included: `[steps + 1, ...]` for each.
  public let trajectories: [Tensor]

  /// How many images converged, of all; its `share`, and an interval for it.
  public var convergedCounts: Proportion {
    Proportion(successes: converged.count { $0 }, trials: converged.count)
  }

  /// The share of images that converged.
  public var convergedShare: Double { convergedCounts.share }

  /// The images that converged, `[converged, ...]`.
  public var convergedImages: Tensor { images.rows(Indexes(converged.indices.filter { converged[$0] })) }

  /// The first images at these steps, a row for each image and a column for each step, as one batch in
  /// reading order: what a page of trajectories shows. An image that ended earlier is shown as it ended.
  /// Traps for a negative step.
  public func trajectoryImages(at steps: [Int]) -> Tensor {
    precondition(steps.allSatisfy { $0 >= 0 }, "Steps count from 0, the start, and \(steps) were asked for.")
    let cells = trajectories.flatMap { trajectory in
      steps.map { step in
        let place = min(step, trajectory.shape[0] - 1)
        return trajectory.sliced(axis: 0, place..<place + 1)
      }
    }
    return cells.isEmpty ? images.sliced(axis: 0, 0..<0) : .concatenate(cells, axis: 0)
  }
}
