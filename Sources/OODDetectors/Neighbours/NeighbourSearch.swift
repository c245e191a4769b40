/// How a `NeighbourIndex` finds the nearest rows.
public enum NeighbourSearch: Sendable, Hashable, Codable {
  /// All of them, always.
  case exact
  /// Most of them, by a graph, in the Euclidean metric: for tables so long that exact searches take too long, from some 100,000 rows of
  /// more than 12 columns on. `NeighbourIndex.recall` measures how many of them.
  case approximate(SmallWorldGraph.Settings = .init())
}
