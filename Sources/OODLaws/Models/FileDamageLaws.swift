import GenModels

/// The laws of damaged files: a flipped bit is refused, or changes no answer; a file that ends early is refused.
public enum FileDamageLaws {
  /// - Parameters:
  ///   - bytes: A model's file.
  ///   - flips: Random single bits that are flipped, one at a time.
  ///   - catalogue: Loads the file.
  ///   - answersAsBefore: Whether a model answers as the saved one did.
  public static func violations(
    bytes: [UInt8], flips: Int, catalogue: ModelCatalogue, answersAsBefore: (any Model) -> Bool
  ) -> [LawViolation] {
    violations(bytes: bytes, flips: flips) { bytes in
      answersAsBefore(try ModelArchive(SafetensorsFile(bytes: bytes), catalogue: catalogue).model())
    }
  }

  /// The laws for any file.
  ///
  /// - Parameters:
  ///   - bytes: The file.
  ///   - flips: Random single bits that are flipped, one at a time.
  ///   - read: Reads a damaged file: throws where it is refused, else says whether what was read is what was written.
  public static func violations(
    bytes: [UInt8], flips: Int, read: ([UInt8]) throws -> Bool
  ) -> [LawViolation] {
    var findings = Findings()
    var random = RandomGenerator(seed: 12)
    for bit in random.integers(flips, below: bytes.count * 8).elements {
      var flipped = bytes
      flipped[bit / 8] ^= 1 << UInt8(bit % 8)
      guard let isSame = try? read(flipped), !isSame else { continue }
      findings.add(
        "file: damage is refused", tried: "bit \(bit % 8) of byte \(bit / 8) of \(bytes.count) flipped",
        found: "other contents", expected: "an error, or the same contents")
    }
    let places = [0, 1, 7, 8, 9] + (1..<12).map { $0 * bytes.count / 12 } + [bytes.count - 1]
    for length in Set(places).sorted() where length < bytes.count {
      findings.require(
        (try? read(Array(bytes.prefix(length)))) == nil, "file: a file that ends early is refused",
        tried: "the first \(length) of \(bytes.count) bytes", found: "something that was read",
        expected: "an error")
    }
    return findings.violations
  }
}
