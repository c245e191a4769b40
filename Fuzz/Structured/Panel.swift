import Foundation
import OODExperiments

/// The images of a model, beside a record that is right.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard
    let panel = try? JSONDecoder().decode(
      ModelPanel.self, from: Data(UnsafeBufferPointer(start: start, count: count)))
  else { return 0 }
  do {
    let page = try SweepPage(records: [SmallRecord.record], panels: [SmallRecord.record.name: panel])
    precondition(page.panels.count == 1, "A page has the images that were read.")
  } catch {
    // A SweepPageError, by its type: the images don't fit the record.
  }
  return 0
}

@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ most: Int, _ seed: UInt32)
  -> Int
{
  mutate(data, size, most, seed) { bytes, draws in mutatedJSON(bytes, &draws) }
}
