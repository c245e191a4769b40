import Benchmark
import CKernels

/// What limits a kernel, and so what its speed is compared with.
enum Work {
  /// Floating-point operations of a call; compared with the multiply-add peak.
  case operations(Double)
  /// Bytes that a call reads and writes, on operands of this shape; compared with a plain copy of such operands.
  case bytes(Double, Copy)

  /// The same on contiguous operands of `floats`.
  static func bytes(_ bytes: Double, floats: Int) -> Self { .bytes(bytes, Copy(floats: floats)) }

  /// Whether the operands are too large for the caches.
  var isInMemory: Bool {
    switch self {
    case .operations: false
    case .bytes(_, let copy): copy.floats >= 1 << 22
    }
  }
}

private let gigaflops = BenchmarkMetric.custom("GFLOP/s", polarity: .prefersLarger, useScalingFactor: false)
private let gigabytes = BenchmarkMetric.custom("GB/s", polarity: .prefersLarger, useScalingFactor: false)
private let percent = BenchmarkMetric.custom("% of peak", polarity: .prefersLarger, useScalingFactor: false)
private let nanoseconds = BenchmarkMetric.custom(
  "ns a call", polarity: .prefersSmaller, useScalingFactor: false)

/// Adds a benchmark of a kernel: on operands in the caches, for each instruction set that this processor
/// runs; on operands in memory, where all of them wait for it, for the widest.
func benchmark(_ name: String, _ work: Work, _ call: @escaping @Sendable (_ kernels: ood_kernels) -> Void) {
  let count = ood_kernel_variant_count()
  for index in (work.isInMemory ? count - 1 : 0)..<count {
    let variant = String(cString: ood_kernel_variant(index).pointee.name)
    benchmark("\(name) [\(variant)]", work, threads: 1) { call(ood_kernel_variant(index).pointee) }
  }
}

/// Adds a benchmark of a call on `threads` threads. Several are given time to find a processor each.
func benchmark(_ name: String, _ work: Work, threads: Int, _ call: @escaping @Sendable () -> Void) {
  let rate =
    switch work {
    case .operations: gigaflops
    case .bytes: gigabytes
    }
  Benchmark(
    name,
    configuration: .init(
      metrics: [rate, percent, nanoseconds], warmupIterations: threads == 1 ? 2 : 10,
      maxDuration: .milliseconds(threads == 1 ? 200 : 500), maxIterations: 40)
  ) { benchmark in
    let (seconds, perSecond, peak): (Double, Double, Double)
    switch work {
    case .operations(let operations):
      seconds = secondsPerCall(atLeast: 2e-3, call)
      (perSecond, peak) = (operations / seconds, Peak.operationsPerSecond * Double(threads))
    case .bytes(let bytes, let copy):
      // In turns: the memory's speed changes from one second to the next.
      let both = secondsPerCall(atLeast: 2e-3, [call, { copy.run(threads: threads) }])
      seconds = both[0]
      (perSecond, peak) = (bytes / seconds, copy.bytes / both[1])
    }
    benchmark.measurement(rate, Int((perSecond / 1e9).rounded()))
    benchmark.measurement(percent, Int((100 * perSecond / peak).rounded()))
    benchmark.measurement(nanoseconds, Int((seconds * 1e9).rounded()))
  }
}

/// Adds a benchmark whose only figure is the time of a call.
func latency(_ name: String, _ call: @escaping @Sendable () -> Void) {
  Benchmark(
    name,
    configuration: .init(
      metrics: [nanoseconds], warmupIterations: 2, maxDuration: .milliseconds(200), maxIterations: 40)
  ) { benchmark in
    benchmark.measurement(nanoseconds, Int((secondsPerCall(atLeast: 2e-3, call) * 1e9).rounded()))
  }
}
