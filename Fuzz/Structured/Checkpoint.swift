import Foundation
import GenModels

private struct Stop: Error {}

/// Where the checkpoint under test lies; in memory where there is such a folder.
private let path =
  (FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory())
  + "/ood-fuzz-checkpoint-\(getpid())"

/// Checkpoints: a small training goes on from one, or refuses it.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  guard let file = fopen(path, "wb") else { fatalError("\(path) can't be written.") }
  fwrite(start, 1, count, file)
  fclose(file)
  do {
    try SmallTraining.run(path) { _ in throw Stop() }
  } catch is Stop {
  } catch is TrainingError {
  } catch is SafetensorsError {
  } catch is ModelFileError {
  } catch {
    fatalError("A training threw \(error).")
  }
  return 0
}

@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ most: Int, _ seed: UInt32)
  -> Int
{
  mutate(data, size, most, seed) { bytes, draws in
    let settings =
      (try? SafetensorsFile(bytes: bytes))?.metadata.filter { $0.key.hasPrefix("setting ") } ?? [:]
    let keepsSettings = draws.below(8) > 0
    return mutatedContainer(bytes, &draws) { file in
      // Most changes would end at the comparison of settings.
      if keepsSettings { file.metadata.merge(settings) { $1 } }
    }
  }
}
