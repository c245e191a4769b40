import OODDatasets

/// Data specifications.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let text = String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  do {
    let specification = try Specification(text)
    let copy = try Specification(specification.description)
    precondition(copy == specification, "A specification reads back as written.")
  } catch let error as SpecificationError {
    precondition((1...text.count + 1).contains(error.column), "A mistake lies in the text or at its end.")
  } catch {
    fatalError("The parser threw \(error), which is no SpecificationError.")
  }
  return 0
}
