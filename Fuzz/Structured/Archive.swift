import GenModels
import OODMetrics

/// Saved detectors: what is read scores a small table, to finite or infinite numbers or an error, and never to a trap.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let file = try? SafetensorsFile(bytes: Array(UnsafeBufferPointer(start: start, count: count))),
    let model = try? ModelArchive(file, catalogue: .standard).model(), let scorer = model as? any TableScorer,
    (1...64).contains(scorer.featureCount)
  else { return 0 }
  let width = scorer.featureCount
  let numbers = [0, 1, -1, 0.5, 1e6, -1e300, 3]
  let values = (0..<3 * width).map { (i: Int) -> Double in numbers[i % 7] }
  if let scores = try? scorer.score(Matrix(rows: 3, columns: width, elements: values)) {
    precondition(scores.count == 3, "A score a row.")
  }
  return 0
}

/// Changes settings and arrays, and repairs the checksum.
@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ most: Int, _ seed: UInt32)
  -> Int
{
  mutate(data, size, most, seed) { bytes, draws in
    mutatedContainer(bytes, &draws) { $0.seal() }
  }
}
