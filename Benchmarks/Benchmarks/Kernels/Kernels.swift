import Benchmark

/// Speed of the kernels and of what is built on them, each beside the peak that this process measures.
let benchmarks: @Sendable () -> Void = {
  mapBenchmarks()
  reductionBenchmarks()
  memoryBenchmarks()
  networkBenchmarks()
  couplingBenchmarks()
  stateBenchmarks()
  matmulBenchmarks()
  convolutionBenchmarks()
  tapeBenchmarks()
}

/// Operands of 32 KB, in the nearest cache, and of 64 MB, in memory.
let sizes: [(name: String, count: Int)] = [("32 KB", 8_192), ("64 MB", 16_777_216)]
