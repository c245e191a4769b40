import GenModels

// Times of training steps, scores and draws of autoregressive and latent-variable models, one JSON line for each line of standard input.
//
//     echo "made train 200" | DensityTiming      {"seconds": 0.000613}
//
// A line names a case, what is timed (train, score or sample), and how many repetitions; the answer is the mean time of one. The process
// keeps its models, so that a caller can alternate with another process.

/// A model and a batch of binary examples for it.
protocol Timed {
  mutating func train(steps: Int) throws -> Double
  func score(repeats: Int) throws -> Double
  func sample(repeats: Int) -> Double
}

func seconds(_ repeats: Int, _ body: () throws -> Void) rethrows -> Double {
  let clock = ContinuousClock()
  let start = clock.now
  for _ in 0..<repeats { try body() }
  return (clock.now - start) / .seconds(1) / Double(repeats)
}

struct TimedDensity<Model: TrainableDensity>: Timed {
  var model: Model
  let batch: Tensor
  let ask: @Sendable (Model, Tensor) throws -> Void

  init(_ model: Model, rows: Int, ask: @escaping @Sendable (Model, Tensor) throws -> Void) {
    var random = RandomGenerator(seed: 1)
    self.model = model
    self.ask = ask
    batch = random.bernoulli(Shape([rows] + model.exampleShape), probability: 0.2)
  }

  /// Training steps on the same batch, with Adam.
  mutating func train(steps: Int) throws -> Double {
    let trainer = Trainer(optimizer: Adam(learningRate: 1e-4), epochs: steps, batchSize: batch.shape[0])
    let (start, data) = (model, try TrainingSet(batch))
    var trained = start
    let time = try seconds(1) {
      trained = try trainer.train(start, on: data) { try $0.loss($1.inputs, labels: nil, $2) }.model
    }
    model = trained
    return time / Double(steps)
  }

  func score(repeats: Int) throws -> Double { try seconds(repeats) { try ask(model, batch) } }

  func sample(repeats: Int) -> Double {
    var random = RandomGenerator(seed: 2)
    return seconds(repeats) { _ = model.sample(count: 64, using: &random) }
  }
}

func make(_ name: String) -> (any Timed)? {
  switch name {
  case "made":
    TimedDensity(MADE(.init(exampleShape: [784], hidden: [1000]), seed: 1), rows: 128) {
      _ = try $0.logDensity($1)
    }
  case "vae":
    TimedDensity(
      VariationalAutoencoder(
        .dense(exampleShape: [784], hidden: [400], latent: 20, activation: .relu), seed: 1), rows: 128
    ) { _ = try $0.logDensityBound($1, samples: 50) }
  case "pixelcnn":
    TimedDensity(
      PixelCNN(.init(exampleShape: [28, 28, 1], channels: 64, layers: 6), seed: 1), rows: 128
    ) { _ = try $0.logDensity($1) }
  default: nil
  }
}

var cases: [String: any Timed] = [:]
while let line = readLine() {
  let words = line.split(separator: " ").map(String.init)
  guard words.count == 3, let repeats = Int(words[2]), repeats > 0,
    var timed = cases[words[0]] ?? make(words[0])
  else {
    print("{\"error\": \"a line is: case, train, score or sample, repetitions\"}")
    continue
  }
  let time: Double
  switch words[1] {
  case "train": time = try timed.train(steps: repeats)
  case "sample": time = timed.sample(repeats: repeats)
  default: time = try timed.score(repeats: repeats)
  }
  cases[words[0]] = timed
  print("{\"seconds\": \(time)}")
  flushOutput()
}
