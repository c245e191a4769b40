import GenModels

/// Deterministic numbers of a shape, between the bounds and away from the kinks of piecewise functions.
private func numbers(_ shape: Shape, _ range: Range<Float> = -2..<2, seed: UInt64 = 1) -> Tensor {
  var random = RandomGenerator(seed: seed)
  return random.uniform(shape, in: range)
}

/// As `numbers`, with magnitudes of at least 0.3: differences of up to 0.2 don't cross zero.
private func nonzero(_ shape: Shape, seed: UInt64 = 1) -> Tensor {
  let x = numbers(shape, seed: seed)
  return x + x.sign() * 0.3
}

extension DifferentiableCase {
  static let all: [DifferentiableCase] =
    elementwise + broadcasting + shapes + reductions + products + fused + convolutions

  private static let elementwise: [DifferentiableCase] = [
    DifferentiableCase("negate", [numbers([3, 4])]) { -$0[0] },
    DifferentiableCase("scale and shift", [numbers([3, 4])]) { 3 * $0[0] - 1 },
    DifferentiableCase("difference from a number", [numbers([3, 4])]) { 1 - $0[0] / 2 },
    DifferentiableCase("relu", [nonzero([3, 5])]) { $0[0].relu() },
    DifferentiableCase("leaky relu", [nonzero([3, 5])]) { $0[0].leakyReLU(slope: 0.2) },
    DifferentiableCase("sigmoid", [numbers([3, 5])]) { $0[0].sigmoid() },
    DifferentiableCase("tanh", [numbers([3, 5])]) { $0[0].tanh() },
    DifferentiableCase("softplus", [numbers([3, 5])]) { $0[0].softplus() },
    DifferentiableCase("exp", [numbers([3, 5])]) { $0[0].exp() },
    DifferentiableCase("log", [numbers([3, 5], 0.7..<2)]) { $0[0].log() },
    DifferentiableCase("square", [numbers([3, 5])]) { $0[0].squared() },
    DifferentiableCase("absolute", [nonzero([3, 5])]) { $0[0].absolute() },
    DifferentiableCase("square root", [numbers([3, 5], 0.7..<2)]) { $0[0].squareRoot() },
    DifferentiableCase("reciprocal", [numbers([3, 5], 0.7..<2)]) { $0[0].reciprocal() },
    DifferentiableCase("arctangent", [numbers([3, 5])]) { $0[0].arctangent() },
    DifferentiableCase("sine", [numbers([3, 5])]) { $0[0].sine() },
    DifferentiableCase("cosine", [numbers([3, 5])]) { $0[0].cosine() },
    DifferentiableCase("third derivative inside", [numbers([4])]) { x in
      x[0].tanh().gradient(withRespectTo: x[0])
    },
  ]

  private static let broadcasting: [DifferentiableCase] = [
    DifferentiableCase("sum", [numbers([3, 4]), numbers([3, 4], seed: 2)]) { $0[0] + $0[1] },
    DifferentiableCase("row added", [numbers([3, 4]), numbers([4], seed: 2)]) { $0[0] + $0[1] },
    DifferentiableCase("column subtracted", [numbers([3, 4]), numbers([3, 1], seed: 2)]) { $0[0] - $0[1] },
    DifferentiableCase("outer product", [numbers([3, 1]), numbers([1, 4], seed: 2)]) { $0[0] * $0[1] },
    DifferentiableCase("middle axis", [numbers([2, 3, 4]), numbers([2, 1, 4], seed: 2)]) { $0[0] * $0[1] },
    DifferentiableCase("scalar factor", [numbers([2, 3]), numbers([], 0.7..<2)]) { $0[0] / $0[1] },
    DifferentiableCase("quotient", [numbers([3, 4]), numbers([4], 0.7..<2)]) { $0[0] / $0[1] },
    DifferentiableCase("mean squared error", [numbers([3, 4]), numbers([3, 4], seed: 2)]) {
      $0[0].meanSquaredError($0[1])
    },
    DifferentiableCase("maximum", [numbers([3, 4]), numbers([3, 4], 3..<4)]) { $0[0].maximum(with: $0[1]) },
    DifferentiableCase("minimum", [numbers([3, 4]), numbers([4], 3..<4)]) { $0[0].minimum(with: $0[1]) },
    DifferentiableCase("gate", [numbers([3, 4]), nonzero([3, 4], seed: 2)]) { $0[0].gated(by: $0[1]) },
    DifferentiableCase("broadcast", [numbers([3, 1])]) { $0[0].broadcast(to: [2, 3, 4]) },
  ]

  private static let shapes: [DifferentiableCase] = [
    DifferentiableCase("reshape", [numbers([3, 4])]) { $0[0].reshaped([2, 6]).squared() },
    DifferentiableCase("flatten", [numbers([2, 3, 2])]) { $0[0].flattened().squared() },
    DifferentiableCase("transpose", [numbers([2, 3, 4])]) { $0[0].transposed([2, 0, 1]).squared() },
    DifferentiableCase("slice", [numbers([3, 5])]) { $0[0].sliced(axis: 1, 1..<4).squared() },
    DifferentiableCase("pad", [numbers([3, 2])]) { $0[0].zeroPadded(axis: 0, before: 1, after: 2).exp() },
    DifferentiableCase("concatenate", [numbers([2, 3]), numbers([2, 2], seed: 2)]) {
      Variable.concatenate($0, axis: 1).squared()
    },
    DifferentiableCase("elements", [numbers([3, 4])]) {
      $0[0].elements(at: Indexes([0, 5, 5, 11], shape: [2, 2])).squared()
    },
    DifferentiableCase("rows", [numbers([3, 4])]) { $0[0].rows(Indexes([2, 0, 2])).squared() },
  ]

  private static let reductions: [DifferentiableCase] = [
    DifferentiableCase("sum of all", [numbers([3, 4])]) { $0[0].squared().sum() },
    DifferentiableCase("sum over outer and inner", [numbers([2, 3, 4])]) {
      $0[0].squared().sum(axes: [0, 2])
    },
    DifferentiableCase("mean of the middle", [numbers([2, 3, 4])]) {
      $0[0].squared().mean(axes: [1], keepingAxes: true)
    },
    DifferentiableCase("maximum along an axis", [numbers([3, 4], seed: 5)]) {
      $0[0].maximum(axis: 1).squared()
    },
    DifferentiableCase("softmax", [numbers([3, 4])]) { $0[0].softmax() },
    DifferentiableCase("log-softmax", [numbers([3, 4])]) { $0[0].logSoftmax() },
    DifferentiableCase("log-sum-exp", [numbers([3, 4])]) { $0[0].logSumExp() },
    DifferentiableCase("cross-entropy", [numbers([3, 4])]) {
      $0[0].crossEntropy(labels: Indexes([0, 3, 1]))
    },
  ]

  private static let products: [DifferentiableCase] = [
    DifferentiableCase("matrix product", [numbers([3, 4]), numbers([4, 2], seed: 2)]) {
      $0[0].matrixProduct($0[1])
    },
    DifferentiableCase("transposed first", [numbers([4, 3]), numbers([4, 2], seed: 2)]) {
      $0[0].matrixProduct($0[1], transposingSelf: true)
    },
    DifferentiableCase("transposed second", [numbers([3, 4]), numbers([2, 4], seed: 2)]) {
      $0[0].matrixProduct($0[1], transposingOther: true)
    },
    DifferentiableCase("both transposed", [numbers([4, 3]), numbers([2, 4], seed: 2)]) {
      $0[0].matrixProduct($0[1], transposingSelf: true, transposingOther: true)
    },
  ]

  private static let fused: [DifferentiableCase] = [
    DifferentiableCase(
      "batch normalization", [numbers([6, 3]), numbers([3], seed: 2), numbers([3], seed: 3)]
    ) { $0[0].batchNormalized(scale: $0[1], shift: $0[2]).result },
    DifferentiableCase(
      "batch normalization of images",
      [numbers([2, 2, 3, 2]), numbers([2], seed: 2), numbers([2], seed: 3)]
    ) { $0[0].batchNormalized(scale: $0[1], shift: $0[2]).result },
    DifferentiableCase(
      "affine coupling", [numbers([3, 4]), numbers([3, 4], seed: 2), numbers([3, 4], seed: 3)]
    ) { $0[0].affineCoupled(raw: $0[1], shift: $0[2], clamp: 2).result },
    DifferentiableCase(
      "affine coupling's log-determinant",
      [numbers([3, 4]), numbers([3, 4], seed: 2), numbers([3, 4], seed: 3)]
    ) { $0[0].affineCoupled(raw: $0[1], shift: $0[2], clamp: 2).logDeterminant },
    DifferentiableCase(
      "affine uncoupling", [numbers([3, 4]), numbers([3, 4], seed: 2), numbers([3, 4], seed: 3)]
    ) {
      let (x, logDeterminant) = $0[0].affineUncoupled(raw: $0[1], shift: $0[2], clamp: 2)
      return x * logDeterminant.reshaped([3, 1])
    },
    DifferentiableCase("gate with a hyperbolic tangent", [numbers([3, 2, 10])]) { $0[0].gatedTanh() },
    DifferentiableCase("linear gate", [numbers([3, 2, 10])]) { $0[0].gatedLinear() },
    DifferentiableCase("stack product", [numbers([2, 3, 4]), numbers([2, 4, 5], seed: 2)]) {
      $0[0].stackProduct($0[1])
    },
    DifferentiableCase("stack product, transposed", [numbers([2, 4, 3]), numbers([2, 5, 4], seed: 2)]) {
      $0[0].stackProduct($0[1], transposingSelf: true, transposingOther: true)
    },
    DifferentiableCase(
      "staircase product", [numbers([3, 4]), numbers([4, 6], seed: 2), numbers([6], seed: 3)]
    ) {
      $0[0].masked(
        by: Staircase(rows: 4, limits: [0, 1, 1, 3, 4, 4]), weight: $0[1], bias: $0[2], activation: .tanh)
    },
    DifferentiableCase(
      // A positive argument keeps the sums away from ReLU's kink.
      "staircase product with ReLU",
      [numbers([3, 4], 0.5..<1), numbers([4, 3], 0.5..<1, seed: 2), Tensor([1, -20, 1])]
    ) {
      $0[0].masked(
        by: Staircase(rows: 4, limits: [1, 1, 4]), weight: $0[1], bias: $0[2], activation: .relu)
    },
  ]

  private static let convolutions: [DifferentiableCase] =
    [Padding.valid, .same, .full].flatMap { padding in
      [1, 2].map { stride in
        DifferentiableCase(
          "convolution, \(padding), stride \(stride)",
          [numbers([2, 5, 6, 2]), numbers([3, 3, 2, 3], seed: 2)]
        ) { $0[0].convolved(weights: $0[1], stride: stride, padding: padding) }
      }
    } + [
      DifferentiableCase(
        "convolution with bias and sigmoid",
        [numbers([2, 5, 5, 1]), numbers([3, 3, 1, 3], seed: 2), numbers([3], seed: 3)]
      ) { $0[0].convolved(weights: $0[1], bias: $0[2], activation: .sigmoid) },
      DifferentiableCase(
        // Positive arguments keep the sums away from ReLU's kink.
        "convolution with bias and ReLU",
        [
          numbers([2, 5, 5, 1], 0.5..<1), numbers([3, 3, 1, 3], 0.5..<1, seed: 2),
          Tensor([1, -20, 1]),
        ]
      ) { $0[0].convolved(weights: $0[1], bias: $0[2], activation: .relu) },
      DifferentiableCase("maximum pooling", [distinct([2, 4, 4, 2])]) {
        $0[0].maximumPooled(window: (2, 2)).squared()
      },
      DifferentiableCase("spatial winners", [distinct([2, 4, 4, 3])]) {
        $0[0].spatialWinners().values.squared()
      },
      DifferentiableCase("dense image of winners", [distinct([2, 4, 4, 3])]) {
        $0[0].spatialWinners().channelWinners(sparsity: 0.4).dense().squared()
      },
      DifferentiableCase("dense image of winners in cells", [distinct([2, 4, 5, 6])]) {
        $0[0].spatialWinners().channelWinners(stride: 2).dense().squared()
      },
      DifferentiableCase(
        "convolution of winners in cells",
        [distinct([2, 4, 4, 5]), numbers([3, 3, 5, 3], seed: 2), numbers([3], seed: 3)]
      ) {
        $0[0].spatialWinners().channelWinners(stride: 3).channelWinners(sparsity: 0.2)
          .convolved(weights: $0[1], bias: $0[2], activation: .sigmoid)
      },
      DifferentiableCase(
        "convolution's winners",
        [distinct([2, 5, 5, 2]), numbers([3, 3, 2, 3], 0.5..<1, seed: 2), numbers([3], seed: 3)]
      ) { $0[0].convolvedWinners(weights: $0[1], bias: $0[2], activation: .sigmoid).values },
      DifferentiableCase(
        "winners' convolution",
        [distinct([2, 4, 4, 2]), numbers([3, 3, 2, 3], seed: 2), numbers([3], seed: 3)]
      ) {
        $0[0].spatialWinners().convolved(weights: $0[1], bias: $0[2], activation: .sigmoid)
      },
      DifferentiableCase(
        "winners' convolution with ReLU",
        [distinct([2, 4, 4, 2]), numbers([3, 3, 2, 3], 0.5..<1, seed: 2), Tensor([1, 1, -40])]
      ) { $0[0].spatialWinners().convolved(weights: $0[1], bias: $0[2], activation: .relu) },
    ]
}

/// Numbers that differ by at least 0.25, so that differences of up to 0.1 don't change which is the largest.
private func distinct(_ shape: Shape) -> Tensor {
  var random = RandomGenerator(seed: 8)
  let order = random.permutation(shape.elementCount)
  return Tensor(order.elements.map { Float($0) * 0.25 }, shape: shape) + 0.5
}
