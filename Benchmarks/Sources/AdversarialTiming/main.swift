import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

// Times of steps of Wasserstein networks with a gradient penalty, one JSON line for each line of standard input.
//
//     echo "dense critic 200" | AdversarialTiming      {"seconds": 0.00121}
//
// A line names a case, what is timed, and how many steps of the critic; the answer is the mean time of one. "critic" is the critic's step
// alone, "cycle" has a step of the generator after each fifth.

func make(_ name: String) -> GenerativeAdversarialNetwork? {
  switch name {
  case "dense":
    GenerativeAdversarialNetwork(
      .dense(
        exampleShape: [784], hidden: [256, 256], latent: 64, output: .sigmoid, divergence: .wasserstein),
      seed: 1)
  case "convolutional":
    GenerativeAdversarialNetwork(
      .convolutional(exampleShape: [28, 28, 1], channels: 32, latent: 64, divergence: .wasserstein), seed: 1)
  default: nil
  }
}

var networks: [String: GenerativeAdversarialNetwork] = [:]
while let line = readLine() {
  let words = line.split(separator: " ").map(String.init)
  guard words.count == 3, let steps = Int(words[2]), steps > 0, ["critic", "cycle"].contains(words[1]),
    let network = networks[words[0]] ?? make(words[0])
  else {
    print("{\"error\": \"a line is: case, critic or cycle, steps\"}")
    continue
  }
  var random = RandomGenerator(seed: 1)
  let batch = random.uniform(Shape([64] + Array(network.exampleShape)))
  var settings = AdversarialTraining.wasserstein
  settings.criticSteps = words[1] == "critic" ? steps + 1 : 5
  settings.trainer.epochs = steps
  let clock = ContinuousClock()
  let start = clock.now
  networks[words[0]] = try network.train(on: batch, settings: settings).model
  print("{\"seconds\": \((clock.now - start) / .seconds(1) / Double(steps))}")
  fflush(nil)
}
