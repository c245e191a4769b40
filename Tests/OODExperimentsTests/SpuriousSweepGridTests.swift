import OODExperiments
import Testing

@Suite("Grids of autoencoders")
struct SpuriousSweepGridTests {
  @Test("The built-in grids: their sizes, and the paper's ranges")
  func builtIn() {
    let paper = SweepGrid.paper()
    #expect(paper.points.count == 187 && Set(paper.points.map(\.name)).count == 187)
    #expect(Set(paper.points.map(\.layers)) == Set(1...6))
    #expect(Set(paper.points.map(\.bottleneck)) == [2, 4, 8, 16, 32, 64, 128])
    #expect(Set(paper.points.map(\.channelSparsity)) == [0, 0.1, 0.2, 0.4, 0.5, 0.7, 0.9])
    #expect(Set(paper.points.map(\.channelStride)) == [nil, 1, 2, 4])
    #expect(Set(paper.points.map(\.corruption)) == [0, 0.1, 0.2, 0.3, 0.4, 0.5])
    #expect(
      paper.points.allSatisfy { $0.maps == 128 && $0.kernel == 5 && $0.epochs == 100 && $0.recipe == .paper })
    let quick = SweepGrid.quick(seed: 4)
    #expect(quick.points.count { $0.epochs > 0 } >= 24 && quick.points.contains { $0.epochs == 0 })
    #expect(quick.points.allSatisfy { $0.seed == 4 && $0.fault(imageShape: [28, 28, 1]) == nil })
  }

  @Test("A grid survives a file", arguments: [SweepGrid.paper(), .quick(seed: .max)])
  func roundTrip(grid: SweepGrid) throws {
    #expect(try SweepGrid(json: grid.json(), name: "grid") == grid)
  }

  @Test("What a file leaves out")
  func defaults() throws {
    let text = #"{"recipe": "paper", "models": [{"layers": 2, "bottleneck": 64}]}"#
    let grid = try SweepGrid(json: Array(text.utf8), name: "grid")
    #expect(grid.points == [SweepPoint(layers: 2, bottleneck: 64, epochs: 100, recipe: .paper)])
  }

  @Test(
    "A wrong file is refused with what is wrong",
    arguments: [
      ("", "grid.json"), ("[]", "no "), (#"{"recipe": "fast"}"#, "models"), (#"{"models": []}"#, "recipe"),
      (#"{"recipe": "slow", "models": [{"layers": 1, "bottleneck": 2}]}"#, "recipe"),
      (#"{"recipe": "fast", "models": []}"#, "no models"),
      (#"{"recipe": "fast", "models": [{"layers": 1}]}"#, "models[0].bottleneck"),
      (#"{"recipe": "fast", "models": [{"layers": "1", "bottleneck": 2}]}"#, "models[0].layers"),
      (#"{"recipe": "fast", "models": [{"layers": 1, "bottleneck": 2, "sparsity": 0.5}]}"#, "\"sparsity\""),
      (
        #"{"recipe": "fast", "models": [{"layers": 1, "bottleneck": 2}, {"layers": 1, "bottleneck": 2, "maps": 128}]}"#,
        "models[1]"
      ),
    ])
  func malformed(text: String, expected: String) throws {
    let error = try #require(throws: SweepError.self) {
      try SweepGrid(json: Array(text.utf8), name: "grid.json")
    }
    #expect(error.description.contains("grid.json") && error.description.contains(expected), "\(error)")
  }

  @Test("Shards take each model once", arguments: [1, 2, 5, 187, 200])
  func shards(count: Int) {
    let grid = SweepGrid.paper()
    let parts = (1...count).map { grid.shard($0, of: count).points }
    #expect(parts.joined().count == 187 && Set(parts.joined()) == Set(grid.points))
    #expect(parts.map(\.count).max()! - parts.map(\.count).min()! <= 1)
  }

  @Test("Other epochs leave the untrained model as it is, and refuse to make two models one")
  func epochs() throws {
    let quick = try SweepGrid.quick().training(epochs: 7)
    #expect(Set(quick.points.map(\.epochs)) == [0, 7])
    let twice = SweepGrid(
      [SweepPoint(layers: 1, bottleneck: 2, epochs: 1), SweepPoint(layers: 1, bottleneck: 2, epochs: 2)],
      recipe: .fast)
    #expect(throws: SweepError.self) { try twice.training(epochs: 3) }
  }

  @Test("Other maps and another recipe, and nothing else")
  func mapsAndRecipe() throws {
    let grid = try SweepGrid.paper().with(maps: 32).with(recipe: .fast).training(epochs: 3)
    #expect(grid.recipe == .fast && grid.points.count == 187)
    #expect(grid.points.allSatisfy { $0.maps == 32 && $0.recipe == .fast && $0.epochs == 3 })
    #expect(grid.points.map(\.bottleneck) == SweepGrid.paper().points.map(\.bottleneck))
    let wide = SweepGrid(
      [SweepPoint(layers: 1, maps: 8, bottleneck: 2), SweepPoint(layers: 1, maps: 9, bottleneck: 2)],
      recipe: .fast)
    #expect(throws: SweepError.self) { try wide.with(maps: 3) }
  }

  @Test(
    "Models that can't be",
    arguments: [
      SweepPoint(layers: 7, bottleneck: 2), SweepPoint(layers: 0, bottleneck: 2),
      SweepPoint(layers: 1, bottleneck: 0), SweepPoint(layers: 1, bottleneck: 2, channelSparsity: 1),
      SweepPoint(layers: 1, bottleneck: 2, channelStride: 0),
      SweepPoint(layers: 1, bottleneck: 2, channelStride: 2000),
      SweepPoint(layers: 1, bottleneck: 2, corruption: 1.5), SweepPoint(layers: 1, bottleneck: 2, epochs: -1),
    ])
  func impossible(point: SweepPoint) {
    #expect(point.fault(imageShape: [28, 28, 1]) != nil)
  }

  @Test("Work, not the number of models, tells the time that is left")
  func clock() {
    let small = SweepPoint(layers: 1, maps: 4, bottleneck: 2, epochs: 1)
    let large = SweepPoint(layers: 4, maps: 64, bottleneck: 64, epochs: 10)
    var clock = SweepClock(
      [small, large], imageShape: [28, 28, 1], trainingImages: 1000, measuredImages: 10)
    #expect(clock.secondsLeft(after: 5) == nil && clock.part == 0)
    clock.update(small.name, part: 0)
    clock.update(small.name, part: 1)
    #expect(clock.part < 0.01)
    #expect(clock.secondsLeft(after: 1)! > 100)
    clock.update(large.name, part: 0)
    clock.update(large.name, part: 0.5)
    let left = clock.secondsLeft(after: 60)!
    #expect(left > 59 && left < 60)
    // What an earlier run did says nothing about the rate of this one.
    var resumed = SweepClock(
      [small, large], imageShape: [28, 28, 1], trainingImages: 1000, measuredImages: 10)
    resumed.skip(small.name)
    resumed.update(large.name, part: 0.5)
    resumed.update(large.name, part: 0.75)
    #expect(abs(resumed.secondsLeft(after: 30)! - 30) < 1e-6)
  }
}
