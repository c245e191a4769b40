import GenModels

extension SmallWorldGraph {
  func encode(to archive: inout ModelArchive) {
    archive["graph_order"] = .int32(Indexes(order, shape: [order.count]))
    archive["graph_members"] = .int32(
      Indexes(layers.flatMap(\.members), shape: [layers.map(\.members.count).reduce(0, +)]))
    archive["graph_layer_sizes"] = .int32(Indexes(layers.map(\.count)))
    for (number, layer) in layers.enumerated() {
      archive["graph_links_\(number)"] = .int32(
        Indexes(layer.links.elements, shape: [layer.count, layer.width]))
    }
  }

  /// - Throws: `ModelFileError` unless every number names a row, a point or a node that exists.
  init(from archive: ModelArchive, points: Matrix, settings: Settings) throws {
    func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws {
      if !condition { throw ModelFileError.malformed(reason: reason()) }
    }
    try settings.requireSense()
    let order = try archive.integers("graph_order", shape: [points.rows])
    try require(Set(order) == Set(0..<points.rows), "the order of a graph's points is not a permutation")
    let sizes = try archive.counts("graph_layer_sizes")
    try require(
      sizes.first == points.rows && sizes.count <= 64 && zip(sizes, sizes.dropFirst()).allSatisfy(>=),
      "a graph of \(points.rows) points can't have layers of \(sizes) nodes")
    let all = try archive.integers("graph_members", shape: [sizes.dropFirst().reduce(0, +)])
    var layers: [SmallWorldLayer] = []
    var (first, below) = (0, Array(0..<points.rows))
    for (number, size) in sizes.enumerated() {
      let width = settings.links * (number == 0 ? 2 : 1)
      let members = number == 0 ? below : Array(all[first..<first + size])
      if number > 0 { first += size }
      let down = SmallWorldLayer.places(of: members, in: below)
      try require(down.count == size, "layer \(number) of a graph has points that the one below lacks")
      let stored = try archive.integers("graph_links_\(number)", shape: [size, width])
      try require(
        stored.allSatisfy { (-1..<size).contains($0) }, "a link in layer \(number) of a graph leads nowhere")
      let links = SmallWorldMemory<Int32>(count: stored.count)
      for (place, node) in stored.enumerated() { links.base[place] = Int32(node) }
      layers.append(
        SmallWorldLayer(
          members: number == 0 ? [] : members.map(Int32.init), down: number == 0 ? [] : down, width: width,
          links: links))
      below = members
    }
    self.init(points, settings: settings, order: order.map(Int32.init), layers: layers)
  }
}

extension NeighbourIndex {
  /// Stores the points, and the graph where there is one.
  func encode(to archive: inout ModelArchive) {
    archive["points"] = .float64(points.elements, shape: [points.rows, points.columns])
    graph?.encode(to: &archive)
  }

  init(from archive: ModelArchive, metric: DistanceMetric, search: NeighbourSearch?) throws {
    let points = try archive.finiteMatrix("points")
    try self.init(points, metric: metric, search: search ?? .exact) {
      try SmallWorldGraph(from: archive, points: points, settings: $0)
    }
  }
}
