import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// Times of training steps and log-densities of flows, one JSON line for each line of standard input.
//
//     echo "realnvp-2 train 200" | FlowTiming      {"seconds": 0.000613}
//
// A line names a case, what is timed (train, score; outliers: 10,000 extremal draws; inverted-outliers: with the errors of their
// inversion), and how many repetitions; the answer is the mean time of one. The process keeps its flows, so that a caller can
// alternate with another process.

/// A flow and a batch for it.
struct Timed {
  var flow: Flow
  let batch: Tensor

  init(_ architecture: Flow.Architecture, rows: Int) {
    var random = RandomGenerator(seed: 1)
    let shape = Shape([rows] + architecture.exampleShape)
    batch = architecture.exampleShape.count == 1 ? random.normal(shape) : random.uniform(shape)
    flow = Flow(architecture, seed: 1).initialized(from: batch)
  }

  /// Training steps on the same batch, with Adam.
  mutating func train(steps: Int) throws -> Double {
    let trainer = Trainer(optimizer: Adam(learningRate: 1e-4), epochs: steps, batchSize: batch.shape[0])
    let data = try TrainingSet(batch)
    let clock = ContinuousClock()
    let start = clock.now
    flow = try trainer.train(flow, on: data, loss: Flow.loss).model
    return (clock.now - start) / .seconds(1) / Double(steps)
  }

  /// Log-densities of the batch.
  func score(repeats: Int) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    for _ in 0..<repeats { _ = try flow.logDensity(batch) }
    return (clock.now - start) / .seconds(1) / Double(repeats)
  }

  /// 10,000 extremal draws, and where asked the errors of their inversion.
  func outliers(repeats: Int, inverted: Bool) throws -> Double {
    var random = RandomGenerator(seed: 2)
    let clock = ContinuousClock()
    let start = clock.now
    for _ in 0..<repeats {
      let draws = try flow.extremalDraws(count: 10_000, radius: .deviations(2.5), using: &random)
      if inverted { _ = flow.inversionErrors(of: draws) }
    }
    return (clock.now - start) / .seconds(1) / Double(repeats)
  }
}

/// Training steps of deep archetypes on the flow of "realnvp-784", with ten archetypes in 64 of its numbers.
func trainArchetypes(steps: Int) throws -> Double {
  let flow = Flow.Architecture.realNVP(features: 784, couplings: 8, hidden: [512, 512], standardizes: false)
  let model = ArchetypalFlow(.init(flow: flow, features: 64, maps: .init(archetypes: 10)), seed: 1)
  var random = RandomGenerator(seed: 1)
  let batch = random.normal([256, 784])
  let trainer = Trainer(optimizer: Adam(learningRate: 1e-4), epochs: steps, batchSize: 256)
  var times: [ContinuousClock.Instant] = []
  _ = try model.train(on: batch, trainer: trainer) { _ in times.append(.now) }
  return (times[times.count - 1] - times[0]) / .seconds(1) / Double(times.count - 1)
}

func make(_ name: String) -> Timed? {
  switch name {
  case "realnvp-2":
    Timed(.realNVP(features: 2, couplings: 8, hidden: [64, 64], standardizes: false), rows: 256)
  case "realnvp-784":
    Timed(.realNVP(features: 784, couplings: 8, hidden: [512, 512], standardizes: false), rows: 256)
  case "spline-2": Timed(.splineFlow(features: 2, couplings: 6, standardizes: false), rows: 256)
  case "maf-2": Timed(.maskedAutoregressive(features: 2, layers: 5, standardizes: false), rows: 256)
  case "glow-28": Timed(.glow(images: [28, 28, 1], levels: 2, steps: 8, hiddenChannels: 64), rows: 32)
  case "glow-32": Timed(.glow(images: [32, 32, 3], levels: 2, steps: 8, hiddenChannels: 64), rows: 32)
  default: nil
  }
}

var cases: [String: Timed] = [:]
while let line = readLine() {
  let words = line.split(separator: " ").map(String.init)
  if words.count == 3, words[0] == "archetypes-784", let steps = Int(words[2]), steps > 1 {
    print("{\"seconds\": \(try trainArchetypes(steps: steps))}")
    fflush(nil)
    continue
  }
  guard words.count == 3, let repeats = Int(words[2]), repeats > 0,
    let made = cases[words[0]] ?? make(words[0])
  else {
    print("{\"error\": \"a line is: case, train, score or outliers, repetitions\"}")
    continue
  }
  var timed = made
  cases[words[0]] = nil
  let seconds =
    switch words[1] {
    case "train": try timed.train(steps: repeats)
    case "outliers", "inverted-outliers":
      try timed.outliers(repeats: repeats, inverted: words[1] == "inverted-outliers")
    default: try timed.score(repeats: repeats)
    }
  cases[words[0]] = timed
  print("{\"seconds\": \(seconds)}")
  fflush(nil)
}
