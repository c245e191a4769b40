import GenModels

// Times of chains of Langevin dynamics and of training steps of an energy model of images, one JSON line for each line of standard input.
//
//     echo "langevin 5" | EnergyTiming      {"seconds": 0.0613}
//
// A line names what is timed, and how many repetitions; the answer is the mean time of one. `langevin` is 60 steps of 64 chains, `train` a
// step of contrastive divergence with 64 examples and as many chains. The process keeps its model, so that a caller can alternate with
// another process.

func seconds(_ repeats: Int, _ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let start = clock.now
  for _ in 0..<repeats { try body() }
  return (clock.now - start) / .seconds(1) / Double(repeats)
}

let model = EnergyModel(.convolutional(exampleShape: [28, 28, 1]), seed: 1)
var random = RandomGenerator(seed: 2)
let images = random.uniform([64, 28, 28, 1])
_ = try model.sample(count: 64, using: &random)

while let line = readLine() {
  let words = line.split(separator: " ").map(String.init)
  guard words.count == 2, let repeats = Int(words[1]), repeats > 0 else {
    print("{\"error\": \"a line is: langevin or train, and a number of repetitions\"}")
    flushOutput()
    continue
  }
  switch words[0] {
  case "langevin":
    let time = try seconds(repeats) { _ = try model.dynamics.run(model, from: images, using: &random) }
    print("{\"seconds\": \(time)}")
    flushOutput()
  case "train":
    let trainer = Trainer(optimizer: Adam(learningRate: 3e-4, beta1: 0), epochs: repeats, batchSize: 64)
    let time = try seconds(1) {
      _ = try model.train(on: images, by: ContrastiveDivergence(), trainer: trainer)
    }
    print("{\"seconds\": \(time / Double(repeats))}")
    flushOutput()
  default:
    print("{\"error\": \"nothing is called \(words[0])\"}")
    flushOutput()
  }
}
