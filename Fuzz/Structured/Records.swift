import Foundation
import OODDatasets
import OODExperiments

private let folder: String = {
  let base = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
  let path = base + "/ood-fuzz-records-\(getpid())"
  try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  return path
}()

/// `models.jsonl`: what is read becomes a page or is refused.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let file = fopen(folder + "/models.jsonl", "wb") else { fatalError("\(folder) can't be written.") }
  fwrite(start, 1, count, file)
  fclose(file)
  do {
    let page = try SweepPage(directory: folder)
    precondition(!page.records.isEmpty && page.panels.isEmpty, "A page has the records that were read.")
  } catch is SweepError {
  } catch is SweepPageError {
  } catch is DataError {
  } catch {
    fatalError("A page threw \(error).")
  }
  return 0
}

/// Changes one line, repeats or drops one.
@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ most: Int, _ seed: UInt32)
  -> Int
{
  mutate(data, size, most, seed) { bytes, draws in
    var lines = bytes.split(separator: 10, omittingEmptySubsequences: true).map { Array($0) }
    guard !lines.isEmpty else { return nil }
    let place = draws.below(lines.count)
    switch draws.below(8) {
    case 0: lines.append(lines[place])
    case 1 where lines.count > 1: lines.remove(at: place)
    default:
      guard let line = mutatedJSON(lines[place], &draws) else { return nil }
      lines[place] = line
    }
    return Array(lines.joined(separator: [10]))
  }
}
