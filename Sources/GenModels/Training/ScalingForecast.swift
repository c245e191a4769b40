/// What is to be expected of more processes than one has, from the time of one part of a batch: each process has one part, and their gradients
/// are summed as `TrainingGroup` says.
///
/// Of G bytes in b buckets, R processes send 2 (R − 1) / R · G bytes each, and the exchange takes R − 1 messages a bucket, the collection
/// log₂ R, the losses and the question whether to go on 2 log₂ R more. The backward pass, two thirds of a part's time, hides what was
/// begun before its end: all buckets but the last. The efficiency is the part's time over the step's.
///
/// It knows nothing of processes that are slower than others, of crowded networks, or of reading the data.
public struct ScalingForecast: Sendable, Hashable {
  /// Forwards and backwards through one part.
  public let partSeconds: Double
  public let gradientBytes: Int

  /// - Parameters:
  ///   - partSeconds: The time of one part, measured.
  ///   - gradientCount: The number of trained parameters.
  public init(partSeconds: Double, gradientCount: Int) {
    self.partSeconds = partSeconds
    gradientBytes = gradientCount * MemoryLayout<Float>.stride
  }

  private var buckets: Double {
    Double(max(1, (gradientBytes / MemoryLayout<Float>.stride) / GradientSums.bucketCount))
  }

  /// Seconds of sums in a step, hidden or not.
  public func sumSeconds(processes: Int, secondsPerMessage: Double, bytesPerSecond: Double) -> Double {
    let r = Double(processes)
    let messages = buckets * (r - 1 + binaryLogarithm(r)) + 2 * binaryLogarithm(r)
    return 2 * (r - 1) / r * Double(gradientBytes) / bytesPerSecond + messages * secondsPerMessage
  }

  /// The share of the processes' time that goes into the model, 0...1.
  /// - Parameters:
  ///   - processes: R, at least 1.
  ///   - secondsPerMessage: The network's latency.
  ///   - bytesPerSecond: What one process can send.
  public func efficiency(processes: Int, secondsPerMessage: Double, bytesPerSecond: Double) -> Double {
    let sums = sumSeconds(
      processes: processes, secondsPerMessage: secondsPerMessage, bytesPerSecond: bytesPerSecond)
    let hidden = min(sums * (1 - 1 / buckets), partSeconds * 2 / 3)
    return partSeconds / (partSeconds + sums - hidden)
  }
}
