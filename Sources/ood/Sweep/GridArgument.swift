import ArgumentParser
import OODDatasets
import OODExperiments

/// Which models a sweep has: `quick`, `paper`, or those of a file.
enum GridArgument {
  /// Grids that are built in.
  static let names = ["quick", "paper"]

  /// Most bytes of a grid's file.
  private static let mostBytes = 1 << 26

  /// - Parameters:
  ///   - seed: Of all models of a grid that is built in; a file has its own.
  ///   - maps, recipe, epochs: In the place of the grid's.
  static func grid(
    _ argument: String, seed: UInt64, maps: Int?, recipe: SweepPoint.Recipe?, epochs: Int?
  ) throws -> SweepGrid {
    var grid: SweepGrid
    switch argument {
    case "quick": grid = .quick(seed: seed)
    case "paper": grid = .paper(seed: seed)
    default:
      let bytes: [UInt8]
      do { bytes = try readFile(argument, mostBytes: mostBytes) } catch {
        throw Failure("\(error) A grid is quick, paper, or a JSON file (ood sweep quick --print-grid).")
      }
      grid = try SweepGrid(json: bytes, name: argument)
    }
    if let maps { grid = try grid.with(maps: maps) }
    if let recipe { grid = try grid.with(recipe: recipe) }
    if let epochs { grid = try grid.training(epochs: epochs) }
    return grid
  }
}
