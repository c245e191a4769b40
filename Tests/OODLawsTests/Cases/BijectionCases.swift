import GenModels
import OODLaws

/// Every bijection of the catalogue, some with more than one setting.
enum BijectionCases {
  static let all = couplings + others

  private static let couplings: [BijectionLawCase] = [
    BijectionLawCase(
      "coupling", .coupling(hidden: [8]), exampleShape: [4], malformedShapes: [[1]],
      malformed: [.coupling(hidden: []), .coupling(.affine(clamp: -1), hidden: [4])]),
    BijectionLawCase("coupling, classes", .coupling(hidden: [8]), exampleShape: [3], classCount: 2),
    BijectionLawCase(
      "coupling, splines", .coupling(.spline(bins: 4, bound: 3), hidden: [8]), exampleShape: [3]),
    BijectionLawCase("coupling of images", .coupling(hidden: [4, 4]), exampleShape: [2, 2, 2]),
    BijectionLawCase(
      "coupling with a network of its own", .coupling(network: [.dense(units: 6, activation: .tanh)]),
      exampleShape: [4], malformedShapes: [[2, 2, 2]]),
    BijectionLawCase(
      "masked autoregressive", .autoregressive(hidden: [8]), exampleShape: [3], malformedShapes: [[2, 2, 1]]),
    BijectionLawCase("inverse autoregressive", .inverse(.autoregressive(hidden: [8])), exampleShape: [3]),
  ]

  private static let others: [BijectionLawCase] = [
    BijectionLawCase("ActNorm", .activationNormalization, exampleShape: [4]),
    BijectionLawCase("ActNorm of images", .activationNormalization, exampleShape: [2, 2, 3]),
    BijectionLawCase(
      "batch normalization", .batchNormalization(), exampleShape: [4],
      malformed: [.batchNormalization(momentum: 2)]),
    BijectionLawCase(
      "permutation", .permutation([2, 0, 3, 1]), exampleShape: [4], malformedShapes: [[3]],
      malformed: [.permutation([0, 0, 1, 2])]),
    BijectionLawCase("reversal", .reversal, exampleShape: [4]),
    BijectionLawCase("linear", .linear, exampleShape: [4]),
    BijectionLawCase("1 × 1 convolution", .linear, exampleShape: [2, 2, 3]),
    BijectionLawCase("inverse", .inverse(.linear), exampleShape: [4], malformedShapes: []),
    BijectionLawCase("squeeze", .squeeze(), exampleShape: [2, 4, 1], malformedShapes: [[4], [3, 4, 1]]),
    BijectionLawCase("squeeze of a checkerboard", .squeeze(checkerboard: true), exampleShape: [2, 2, 2]),
    BijectionLawCase("split", .split, exampleShape: [4], malformedShapes: [[3]]),
    BijectionLawCase("flatten", .flatten, exampleShape: [2, 2, 2]),
    BijectionLawCase(
      "logit", .logit(), exampleShape: [4], range: 0.1..<0.9, malformed: [.logit(alpha: 0.7)]),
    BijectionLawCase("sigmoid", .sigmoid, exampleShape: [4]),
    BijectionLawCase(
      "rescaling", .rescaling(scale: -3, shift: 2), exampleShape: [4],
      malformed: [.rescaling(scale: 0, shift: 1)]),
    BijectionLawCase("standardization", .standardization, exampleShape: [4]),
  ]
}
