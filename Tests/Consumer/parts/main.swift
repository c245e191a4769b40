import GenModels
import OODMetrics

// parts train FOLDER: trains, saves and prints what the models answer, to the bit
// parts load FOLDER: loads them through the catalogue and prints the same
// parts laws: runs the laws over the importer's own parts

/// What a model answers, as the bits of doubles.
func answers(_ model: any Model) throws -> String {
  let table = Matrix(Examples.fresh)
  var numbers: [Double] = []
  if let scorer = model as? any OODScorer<Matrix> { numbers += try scorer.score(table) }
  if let scorer = model as? any ExplainableScorer<Matrix> {
    numbers += try scorer.contributions(table).elements
  }
  if let scorer = model as? any OODScorer<Tensor> { numbers += try scorer.score(Examples.fresh) }
  if let density = model as? any DensityModel<Tensor> { numbers += try density.logDensity(Examples.fresh) }
  if let network = model as? Sequential { numbers += network(Examples.fresh).elements.map(Double.init) }
  if let detector = model as? any OODDetector { numbers.append(detector.threshold.value) }
  return "\(type(of: model)) " + numbers.map { String($0.bitPattern, radix: 16) }.joined(separator: " ")
}

switch CommandLine.arguments.dropFirst().first {
case "train":
  let folder = CommandLine.arguments[2]
  for (name, model) in try trainedModels() {
    try model.save(to: "\(folder)/\(name).safetensors")
    print(name, try answers(model))
  }
case "load":
  let folder = CommandLine.arguments[2]
  for name in ["range", "flow", "network", "reconstruction", "waic"] {
    print(name, try answers(catalogue.load("\(folder)/\(name).safetensors")))
  }
default:
  let found = violations()
  for violation in found { print(violation) }
  print(found.isEmpty ? "no violation" : "\(found.count) violations")
}
