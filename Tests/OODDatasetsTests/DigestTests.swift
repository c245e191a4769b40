import OODDatasets
import Testing

@Suite struct DigestTests {
  func sha256(_ bytes: [UInt8], inPiecesOf size: Int = 1 << 20) -> String {
    var hash = SHA256()
    for start in stride(from: 0, to: bytes.count, by: size) {
      bytes[start..<min(start + size, bytes.count)].withUnsafeBytes { hash.update($0) }
    }
    return hash.finish()
  }

  /// The examples of FIPS 180-4 (NIST, Secure Hash Standard: examples with intermediate values), and the
  /// empty message.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ]) func vectorsOfTheStandard(message: String, digest: String) {
    #expect(sha256(Array(message.utf8)) == digest)
  }

  @Test func aMillionTimesTheLetterA() {
    let message = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    for size in [1_000_000, 1, 63, 64, 65, 4097] { #expect(sha256(message, inPiecesOf: size) == digest) }
  }

  /// RFC 1321, appendix A.5.
  @Test(arguments: [
    ("", "d41d8cd98f00b204e9800998ecf8427e"), ("abc", "900150983cd24fb0d6963f7d28e17f72"),
    ("message digest", "f96b697d7cb7938d525a2f31aaf161d0"),
    (
      "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
      "57edf4a22be3c955ac49da2e2107b67a"
    ),
  ]) func vectorsOfMD5(message: String, digest: String) {
    var hash = MD5()
    Array(message.utf8).withUnsafeBytes { hash.update($0) }
    #expect(hash.finish() == digest)
  }

  @Test func filesAreCheckedByTheKindOfTheirDigest() throws {
    let folder = TemporaryFolder()
    let path = try folder.write(Array("abc".utf8), to: "abc")
    #expect(
      try FileDigest.sha256("").ofFile(path)
        == .sha256("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"))
    #expect(try FileDigest.md5("").ofFile(path) == .md5("900150983cd24fb0d6963f7d28e17f72"))
    #expect(throws: DataError.self) { try FileDigest.md5("").ofFile("/nowhere") }
  }
}
