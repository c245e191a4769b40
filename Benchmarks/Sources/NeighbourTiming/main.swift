import GenModels
import OODDatasets
import OODDetectors

// What `Peers/speed_neighbours.py` runs: builds an index of a table and searches it, and prints seconds and recall as JSON.
//
//     swift run -c release NeighbourTiming POINTS.npy QUERIES.npy K exact|LINKS,CONSTRUCTION,BREADTH[,BREADTH…]

func table(_ path: String) throws -> Matrix {
  let array = try NumPy.read(path)
  return Matrix(rows: array.shape[0], columns: array.shape[1], elements: array.doubles())
}

let arguments = CommandLine.arguments
let (points, queries, k) = (try table(arguments[1]), try table(arguments[2]), Int(arguments[3])!)
let clock = ContinuousClock()

/// Builds and searches, the latter three times.
func time(_ search: NeighbourSearch) throws {
  var index: NeighbourIndex?
  let building = try clock.measure { index = try NeighbourIndex(points, search: search) }
  var searching = Duration.seconds(1_000_000)
  for _ in 0..<3 {
    searching = min(searching, try clock.measure { _ = try index!.nearest(k, to: queries) })
  }
  let recall = try index!.recall(k, of: queries)
  print(
    "{\"build\": \(building / .seconds(1)), \"search\": \(searching / .seconds(1)), \"recall\": \(recall)}")
}

if arguments[4] == "exact" {
  try time(.exact)
} else {
  let numbers = arguments[4].split(separator: ",").map { Int($0)! }
  for breadth in numbers[2...] {
    var settings = SmallWorldGraph.Settings(breadth: breadth)
    (settings.links, settings.constructionBreadth) = (numbers[0], numbers[1])
    try time(.approximate(settings))
  }
}
