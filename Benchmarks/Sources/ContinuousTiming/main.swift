import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// Times of training steps and log-densities of continuous flows, one JSON line for each line of standard input.
//
//     echo "cnf train 20" | ContinuousTiming      {"seconds": 0.0121, "evaluations": 62.3}
//
// A line names a case, what is timed, and how many repetitions; the answer is the mean time of one. The flow is a little shaken, so that
// its field is not zero: `weights FILE` writes its parameters for peers, which then solve the same equation.

/// A flow and a batch for it.
struct Timed {
  var flow: ContinuousFlow
  let batch: Tensor

  init(_ architecture: ContinuousFlow.Architecture, rows: Int) throws {
    var random = RandomGenerator(seed: 1)
    batch = random.normal(Shape([rows] + architecture.exampleShape))
    flow = ContinuousFlow(architecture, seed: 1)
    var tensors = Dictionary(uniqueKeysWithValues: flow.namedTensors.map { ($0.name, $0.tensor) })
    for (name, tensor) in flow.namedTensors {
      tensors[name] = tensor + random.normal(tensor.shape) * 1.2 / Float(tensor.shape[0]).squareRoot()
    }
    try flow.setTensors(tensors)
  }

  /// Training steps on the same batch, with Adam; the rate is so small that the equation stays the same.
  func train(steps: Int) throws -> Double {
    let trainer = Trainer(optimizer: Adam(learningRate: 1e-8), epochs: steps, batchSize: batch.shape[0])
    let clock = ContinuousClock()
    let start = clock.now
    _ = try flow.train(on: batch, settings: DensityTraining(trainer: trainer))
    return (clock.now - start) / .seconds(1) / Double(steps)
  }

  /// Log-densities of the batch.
  func score(repeats: Int) throws -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    for _ in 0..<repeats { _ = try flow.logDensity(batch) }
    return (clock.now - start) / .seconds(1) / Double(repeats)
  }

  /// The mean number of derivatives of an example.
  func evaluations() throws -> Double {
    let flow = flow
    let found = try flow.architecture.solver.solve(from: 1, to: 0, start: batch) { time, y in
      flow.velocities(at: time.reshaped([time.count, 1]), y)
    }.evaluations
    return Double(found.reduce(0, +)) / Double(found.count)
  }
}

func make(_ name: String) throws -> Timed? {
  switch name {
  case "cnf": try Timed(.vectors(features: 2, standardizes: false), rows: 256)
  case "matching":
    try Timed(
      .vectors(features: 2, objective: .matching(FlowMatching(pairing: .independent)), standardizes: false),
      rows: 256)
  case "matching-transport":
    try Timed(.vectors(features: 2, objective: .matching(), standardizes: false), rows: 256)
  default: nil
  }
}

var cases: [String: Timed] = [:]
while let line = readLine() {
  let words = line.split(separator: " ").map(String.init)
  guard words.count == 3, let timed = try cases[words[0]] ?? make(words[0]) else {
    print("{\"error\": \"a line is: case, train or score, repetitions; or case, weights, file\"}")
    fflush(nil)
    continue
  }
  cases[words[0]] = timed
  if words[1] == "weights" {
    try timed.flow.save(to: words[2])
    print("{\"evaluations\": \(try timed.evaluations())}")
  } else if let repeats = Int(words[2]), repeats > 0 {
    let seconds = words[1] == "train" ? try timed.train(steps: repeats) : try timed.score(repeats: repeats)
    print("{\"seconds\": \(seconds)}")
  } else {
    print("{\"error\": \"repetitions are a number of 1 or more\"}")
  }
  fflush(nil)
}
