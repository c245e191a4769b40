// The standard library's `withUnsafeBytes` of an array forgets the type of a thrown error; these keep it.
extension Array where Element: BitwiseCopyable {
  func withBytes<Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let outcome = withUnsafeBytes { bytes in Result { () throws(Failure) in try body(bytes) } }
    try outcome.get()
  }

  mutating func withMutableBytes<Failure: Error>(
    _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
  ) throws(Failure) {
    let outcome = withUnsafeMutableBytes { bytes in Result { () throws(Failure) in try body(bytes) } }
    try outcome.get()
  }
}
