import Benchmark
import CBaselineZlib
import GenModels
import OODDatasets

private let megabytes = BenchmarkMetric.custom("MB/s", polarity: .prefersLarger, useScalingFactor: false)
private let ratio = BenchmarkMetric.custom(
  "% of zlib's own time", polarity: .prefersSmaller, useScalingFactor: false)

/// Seconds that a call takes.
private func seconds(_ call: () -> Void) -> Double {
  let start = ContinuousClock.now
  call()
  return Double((ContinuousClock.now - start) / .nanoseconds(1)) * 1e-9
}

/// Adds a benchmark of a call that reads `bytes` of text or of inflated data.
private func reading(_ name: String, bytes: Int, _ call: @escaping @Sendable () -> Void) {
  Benchmark(name, configuration: .init(metrics: [megabytes], warmupIterations: 1, maxDuration: .seconds(3))) {
    $0.measurement(megabytes, Int(Double(bytes) / seconds(call) / 1e6))
  }
}

/// zlib's inflate of a whole gzip file in one call, into memory that has been written before.
private func inflateAll(_ packed: [UInt8], into output: UnsafeMutableBufferPointer<UInt8>) {
  var stream = z_stream()
  inflateInit2_(&stream, MAX_WBITS + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
  packed.withUnsafeBufferPointer { input in
    stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
    stream.avail_in = UInt32(input.count)
    stream.next_out = output.baseAddress
    stream.avail_out = UInt32(output.count)
    precondition(
      inflate(&stream, Z_FINISH) == Z_STREAM_END, "The file is one gzip member of the expected length.")
  }
  inflateEnd(&stream)
}

/// Readers of the data package: images in gzip beside zlib itself, and tables of text. No recorded data are needed.
let benchmarks: @Sendable () -> Void = {
  let count = 20_000
  let drawn = SyntheticGlyphs.digits.examples(0..<count, of: .train).images
  let pixels = drawn.withUnsafeElements { $0.map { UInt8(($0 * 255).rounded()) } }
  let packed = Gzip.compress(IDX.bytes(of: NumericArray(pixels, shape: [count, 28, 28])))
  let path = "/tmp/ood-reader-benchmark.gz"
  try! OutputPlace.write(packed, to: path)
  let byteCount = pixels.count + 16
  nonisolated(unsafe) let output = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: byteCount + 1)

  Benchmark(
    "IDX of \(count) drawn digits in gzip, as a tensor",
    configuration: .init(metrics: [megabytes, ratio], warmupIterations: 1, maxDuration: .seconds(5))
  ) { benchmark in
    let ours = seconds { _ = try! IDX.readTensor(path) }
    let zlib = seconds { inflateAll(packed, into: output) }
    benchmark.measurement(megabytes, Int(Double(byteCount) / ours / 1e6))
    benchmark.measurement(ratio, Int(100 * ours / zlib))
  }

  var random = RandomGenerator(seed: 1)
  for (name, number) in [
    ("four decimals", { "\(Double(Int($0.next() % 2_000_000) - 1_000_000) / 10_000)" }),
    ("17 digits", { "\(Double($0.next() >> 11) * 0x1p-53)" }),
    ("whole numbers", { "\($0.next() % 100_000)" }),
  ] as [(String, (inout RandomGenerator) -> String)] {
    var text: [UInt8] = []
    while text.count < 20_000_000 {
      for column in 0..<20 { text += (number(&random) + (column < 19 ? "," : "\n")).utf8 }
    }
    let bytes = text
    reading("CSV of \(name)", bytes: bytes.count) { _ = try! CSVTable(bytes: bytes) }
  }
}
