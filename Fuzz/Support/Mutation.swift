/// libFuzzer's own mutation of bytes in place; returns their new number.
@_silgen_name("LLVMFuzzerMutate")
private func libraryMutation(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int) -> Int

/// What a mutator draws from (SplitMix64): the same seed, the same mutation.
struct Draws {
  private var state: UInt64

  init(seed: UInt32) { state = UInt64(seed) }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var x = state
    x = (x ^ (x >> 30)) &* 0xBF58_476D_1CE4_E5B9
    x = (x ^ (x >> 27)) &* 0x94D0_49BB_1331_11EB
    return x ^ (x >> 31)
  }

  /// From 0 to below `count`, which is 1 or more.
  mutating func below(_ count: Int) -> Int { Int(next() % UInt64(count)) }

  mutating func element<Element>(of list: [Element]) -> Element? {
    list.isEmpty ? nil : list[below(list.count)]
  }
}

/// Bytes as libFuzzer changes them when it knows nothing of their format.
func plainMutation(_ bytes: [UInt8], most: Int) -> [UInt8] {
  var room = bytes + [UInt8](repeating: 0, count: max(0, most - bytes.count))
  let count = room.withUnsafeMutableBufferPointer {
    libraryMutation($0.baseAddress!, min(bytes.count, most), most)
  }
  return Array(room[..<count])
}

/// Runs a mutator of a format on libFuzzer's buffer. Where it gives nothing, or more than there is room for, and now and then in
/// any case, the bytes are mutated without regard to the format.
func mutate(
  _ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ most: Int, _ seed: UInt32,
  _ body: ([UInt8], inout Draws) -> [UInt8]?
) -> Int {
  guard let data, most > 0 else { return 0 }
  let bytes = Array(UnsafeBufferPointer(start: data, count: size))
  var draws = Draws(seed: seed)
  var mutated = draws.below(20) == 0 ? nil : body(bytes, &draws)
  if mutated == nil || mutated!.count > most { mutated = plainMutation(bytes, most: most) }
  for (place, byte) in mutated!.enumerated() { data[place] = byte }
  return mutated!.count
}
