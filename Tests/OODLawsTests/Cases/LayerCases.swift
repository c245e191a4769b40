import GenModels
import OODLaws

/// Every layer of the catalogue.
enum LayerCases {
  static let all: [LayerLawCase] = [
    LayerLawCase(
      "convolution", .convolution(channels: 3, kernel: 3, activation: .tanh), exampleShape: [5, 4, 2],
      malformedShapes: [[4], [2, 2, 2]], malformed: [.convolution(channels: 0, kernel: 3)]),
    LayerLawCase(
      "convolution, padded, stride 2",
      .convolution(channels: 2, kernel: 3, activation: .relu, padding: .same, stride: 2),
      exampleShape: [5, 6, 2]),
    LayerLawCase(
      "transposed convolution, stride 2",
      .transposedConvolution(channels: 3, kernel: 3, activation: .tanh, stride: 2), exampleShape: [3, 4, 2],
      malformedShapes: [[4]],
      malformed: [
        .transposedConvolution(channels: 0, kernel: 3), .transposedConvolution(channels: 1, kernel: 0),
      ]),
    LayerLawCase(
      "up-sampling", .upsampling(factor: 3), exampleShape: [2, 3, 2], malformedShapes: [[4]],
      malformed: [.upsampling(factor: 0), .upsampling(factor: 1 << 11)]),
    LayerLawCase(
      "winner-take-all", .winnerTakeAll(channelSparsity: 0.5, lifetimeRate: 0.6), exampleShape: [3, 3, 4],
      malformedShapes: [[4]], malformed: [.winnerTakeAll(channelSparsity: 2)]),
    LayerLawCase(
      "winner-take-all in cells", .winnerTakeAll(channelSparsity: 0.2, channelStride: 2),
      exampleShape: [3, 4, 6],
      malformedShapes: [[4]], malformed: [.winnerTakeAll(channelStride: 0)]),
    LayerLawCase(
      "maximum pooling", .maximumPooling(window: 2), exampleShape: [4, 5, 2],
      malformedShapes: [[4], [1, 4, 2]], malformed: [.maximumPooling(window: 9)]),
    LayerLawCase(
      "dense", .dense(units: 3, activation: .leakyReLU(slope: 0.1)), exampleShape: [5],
      malformedShapes: [[2, 2, 1]],
      malformed: [.dense(units: -1), .dense(units: 2, activation: .leakyReLU(slope: -1))]),
    LayerLawCase(
      "batch normalization", .batchNormalization, exampleShape: [3, 2, 4], malformedShapes: [[]]),
    LayerLawCase(
      "dropout", .dropout(probability: 0.4), exampleShape: [6], malformed: [.dropout(probability: 1)]),
    LayerLawCase(
      "activation", .activation(.softplus), exampleShape: [4],
      malformed: [.activation(.leakyReLU(slope: -1))]),
    LayerLawCase("flatten", .flatten, exampleShape: [2, 3, 2]),
    LayerLawCase("reshape", .reshape([3, 2, 2]), exampleShape: [12], malformedShapes: [[5]]),
    LayerLawCase(
      "residual", .residual([.dense(units: 6, activation: .tanh), .dense(units: 4)]), exampleShape: [4],
      malformedShapes: [[2, 2, 1]]),
    LayerLawCase(
      "subpixel", .subpixel(factor: 2), exampleShape: [3, 2, 8], malformedShapes: [[4], [2, 2, 3]],
      malformed: [.subpixel(factor: 0)]),
    LayerLawCase(
      "spectral normalization", .spectralNormalization(.dense(units: 4, activation: .tanh)),
      exampleShape: [3],
      malformedShapes: [[2, 2, 1]],
      malformed: [
        .spectralNormalization(.dense(units: 0)), .spectralNormalization(.dense(units: 2), bound: 0),
        .spectralNormalization(.flatten),
      ]),
    LayerLawCase(
      "spectral normalization of a convolution",
      .spectralNormalization(
        .convolution(channels: 3, kernel: 3, activation: .tanh, padding: .same, stride: 2)),
      exampleShape: [5, 4, 2], malformedShapes: [[4]]),
  ]
}
