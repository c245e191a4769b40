import OODExperiments

/// Grids of sweeps.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  do {
    let grid = try SweepGrid(json: Array(UnsafeBufferPointer(start: start, count: count)), name: "grid")
    let again = try SweepGrid(json: grid.json(), name: "again")
    precondition(again == grid, "A grid is read as it was written.")
    _ = grid.shard(2, of: 3)
    _ = try? grid.training(epochs: 2)
    for point in grid.points {
      precondition(!point.name.isEmpty && point.fault == nil, "A grid that is read has models that can be.")
      if point.fault(imageShape: [28, 28, 1]) == nil {
        _ = point.architecture(imageShape: [28, 28, 1])
        _ = SweepClock([point], imageShape: [28, 28, 1], trainingImages: 100, measuredImages: 100)
      }
      _ = point.training
    }
  } catch is SweepError {
    // Refused.
  } catch {
    fatalError("A grid threw \(error), which is no SweepError.")
  }
  return 0
}

@_cdecl("LLVMFuzzerCustomMutator")
public func customMutator(_ data: UnsafeMutablePointer<UInt8>?, _ size: Int, _ most: Int, _ seed: UInt32)
  -> Int
{
  mutate(data, size, most, seed) { bytes, draws in mutatedJSON(bytes, &draws) }
}
