import GenModels
import OODDatasets
import Testing

/// The standard library's parser, which is correctly rounded, is the reference.
@Suite struct DecimalParserTests {
  func parse(_ text: String) -> Double? {
    let bytes = Array(text.utf8)
    return bytes.withUnsafeBufferPointer { buffer in
      DecimalParser.parse(buffer).flatMap { $0.length == buffer.count ? $0.value : nil }
    }
  }

  @Test(arguments: [
    "0", "-0", "1", "00012.500", ".5", "5.", "+3", "1e22", "1e23", "8.5e23", "123456789012345678",
    "9007199254740993",
    "9007199254740992.5", "18446744073709551615", "18446744073709551616", "1.7976931348623157e308",
    "1.7976931348623159e308", "1e309", "2.2250738585072014e-308", "2.2250738585072011e-308",
    "4.9406564584124654e-324",
    "2.4703282292062327e-324", "2.4703282292062328e-324", "1e-400", "0e999999999999999999999",
    "1e-999999999999999999999",
    "0.000000000000000000000000000000000000000000000001", "7.3177701707893310e+15", "6.8985865317742005e-13",
    "3.1415926535897932384626433832795028841971", "1090544144181609348671888949248", "5e-324", "1e-45",
    "100000000000000000000000000000000000000000", "1.00000005960464477539062499999",
  ]) func hardCases(text: String) throws {
    #expect(parse(text)?.bitPattern == Double(text)?.bitPattern)
  }

  @Test(arguments: ["", "-", ".", "e5", "-.e1", "x", "+-1", " 1"]) func textsThatAreNoNumbers(text: String) {
    #expect(parse(text) == nil)
  }

  @Test func anExponentWithoutDigitsIsLeftAlone() {
    let bytes = Array("12e+".utf8)
    bytes.withUnsafeBufferPointer { #expect(DecimalParser.parse($0)?.length == 2) }
  }

  /// The texts whose values differ from the standard library's, the first few of them.
  func differences(_ texts: some Sequence<String>) -> [String] {
    Array(texts.lazy.filter { parse($0)?.bitPattern != Double($0)?.bitPattern }.prefix(5))
  }

  @Test func shortestTextsOfRandomFloats() {
    var generator = RandomGenerator(seed: 1)
    let values = (0..<200_000).map { _ in Double(bitPattern: generator.next()) }.filter(\.isFinite)
    #expect(differences(values.lazy.map { "\($0)" }) == [])
  }

  @Test func randomDigitsAndExponents() {
    var generator = RandomGenerator(seed: 2)
    let texts = (0..<200_000).map { _ in
      let digits = String(generator.next() >> (generator.next() % 60))
      let exponent = Int(generator.next() % 700) - 370
      let point = Int(generator.next() % UInt64(digits.count + 1))
      return "\(digits.prefix(point)).\(digits.dropFirst(point))e\(exponent)"
    }
    #expect(differences(texts) == [])
  }

  @Test func tiesAndTheirNeighbours() {
    // The middle of two floats, exactly and with a digit more or less at the end.
    var generator = RandomGenerator(seed: 3)
    let texts = (0..<20_000).flatMap { _ in
      let middle = (generator.next() >> 10) | 1 << 53 | 1
      return [
        "\(middle)", "\(middle).0000000000000001", "\(middle - 1).9999999999999999", "\(middle)000",
        "\(middle)e-3",
      ]
    }
    #expect(differences(texts) == [])
  }
}
