import CPeak
import GenModels
import OODMetrics

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// Times the denoising classifier of 28 × 28 images for `Peers/speed_refusal.py`, which starts this program once and sends it a line for each
// measurement, so that measurements here and in the peer take turns:
//
//     train BATCH STEPS        steps of training: noise, both losses, gradients, Adam
//     trace IMAGES STEPS       exact traces of the reconstruction's Jacobian, through the code
//     fool TRIALS STEPS        steps of the fooling generator under gradient descent, on the scaled classifier
//     peak 1
//
// It answers each with the seconds that the steps took; `peak` with one thread's multiply-adds, in operations per second. `units` is answered
// with the mean number of units of the code that are not 0.

let classes = 10
let model = try DenoisingClassifier.validating(
  .convolutional(exampleShape: [28, 28, 1], classes: classes), seed: 1)
var random = RandomGenerator(seed: 2)
let images = random.uniform([256, 28, 28, 1])
let labels = random.integers(256, below: classes)

func seconds(_ body: () throws -> Void) rethrows -> Double {
  try ContinuousClock().measure(body) / .seconds(1)
}

while let line = readLine() {
  let words = line.split(separator: " ").map(String.init)
  guard let task = words.first, let steps = words.last.flatMap({ Int($0) }) else { continue }
  let answer: Double
  switch task {
  case "train":
    let batch = Int(words[1])!
    let (x, y) = (images.examples(0..<batch), Indexes(Array(labels.elements[..<batch])))
    let settings = DenoisingTraining(trainer: Trainer(optimizer: Adam(), epochs: steps, batchSize: batch))
    answer = try seconds {
      _ = try DenoisingClassifier.train(model.configuration, on: x, labels: y, settings: settings)
    }
  case "trace":
    let x = images.examples(0..<Int(words[1])!)
    let confidence = try ReconstructionConfidence(model, settings: ConfidenceSettings(alpha: 1))
    answer = try seconds { for _ in 0..<steps { _ = try confidence.curvature(x) } }
  case "fool":
    let scaled = try ScaledClassifier(model, settings: ConfidenceSettings(alpha: 3))
    let attack = FoolingAttack(descent: .gradientDescent(rate: 1e-6), stepLimit: steps)
    let wanted = (0..<Int(words[1])!).map { $0 % classes }
    answer = try seconds { _ = try attack.run(on: scaled, classes: wanted, thresholds: [1], seed: 1) }
  case "units":
    answer = Double(try model.features(images).step().sum().scalar) / 256
  case "peak":
    var operations = 0.0
    let time = seconds { operations = ood_peak_multiply_adds(2_000_000) }
    answer = operations / time
  default: fatalError("There is no task named \(task).")
  }
  print(answer)
  fflush(nil)
}
