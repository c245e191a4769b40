import CKernels

/// A function of one number, applied to every element.
enum ElementwiseFunction: Sendable, Hashable {
  case negate, relu, sigmoid, tanh, softplus, exp, log, square, absolute, squareRoot, reciprocal
  case arctangent, sine, cosine, sign, step
  case leakyReLU(slope: Float)
  case scale(by: Float)
  case shift(by: Float)

  /// The kernel and its parameter.
  var kernel: (function: ood_unary, parameter: Float) {
    switch self {
    case .negate: (ood_negate, 0)
    case .relu: (ood_relu, 0)
    case .sigmoid: (ood_sigmoid, 0)
    case .tanh: (ood_tanh, 0)
    case .softplus: (ood_softplus, 0)
    case .exp: (ood_exp, 0)
    case .log: (ood_log, 0)
    case .square: (ood_square, 0)
    case .absolute: (ood_abs, 0)
    case .squareRoot: (ood_sqrt, 0)
    case .reciprocal: (ood_reciprocal, 0)
    case .arctangent: (ood_atan, 0)
    case .sine: (ood_sin, 0)
    case .cosine: (ood_cos, 0)
    case .sign: (ood_sign, 0)
    case .step: (ood_step, 0)
    case .leakyReLU(let slope): (ood_leaky_relu, slope)
    case .scale(let factor): (ood_scaled, factor)
    case .shift(let term): (ood_shifted, term)
    }
  }

  /// How the derivative f′ is expressed.
  enum Derivative {
    /// A number, whatever the argument.
    case constant(Float)
    /// By the argument x.
    case ofInput
    /// By the value y = f(x), so that x need not be kept.
    case ofOutput
  }

  var derivative: Derivative {
    switch self {
    case .negate: .constant(-1)
    case .shift: .constant(1)
    case .scale(let factor): .constant(factor)
    case .sign, .step: .constant(0)
    case .relu, .leakyReLU, .sigmoid, .tanh, .exp, .squareRoot, .reciprocal: .ofOutput
    case .softplus, .log, .square, .absolute, .arctangent, .sine, .cosine: .ofInput
    }
  }

  /// h′(z), where h(z) is the derivative f′ as a function of z: of the argument or of the value, as `derivative` says.
  /// Nil where it is zero.
  func slopeOfDerivative<Value: TensorAlgebra>(at z: Value) -> Value? {
    switch self {
    case .negate, .shift, .scale, .sign, .step, .relu, .leakyReLU, .absolute: nil
    case .sigmoid: 1 - 2 * z  // h = y − y²
    case .tanh: -2 * z  // h = 1 − y²
    case .softplus: z.mapped(.sigmoid) - z.mapped(.sigmoid).squared()  // h = σ(x)
    case .exp: z.constant(.ones(z.shape))  // h = y
    case .squareRoot: -0.5 * z.squared().reciprocal()  // h = 1 / 2y
    case .reciprocal: -2 * z  // h = −y²
    case .log: -z.squared().reciprocal()  // h = 1 / x
    case .square: z.constant(Tensor(repeating: 2, shape: z.shape))  // h = 2x
    case .arctangent: -2 * z * (1 + z.squared()).squared().reciprocal()  // h = 1 / (1 + x²)
    case .sine: -z.sine()  // h = cos x
    case .cosine: -z.cosine()  // h = −sin x
    }
  }
}

/// y = f(x), element by element.
struct Elementwise: SingleOutputPrimitive {
  let function: ElementwiseFunction

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    let (kernel, parameter) = function.kernel
    return Tensor.elementwise(shape: x.shape) { range, y in
      kernels.map.unary(
        kernel, parameter, x.buffer.base + range.lowerBound, y + range.lowerBound, range.count)
    }
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    switch function.derivative {
    case .constant(0): [nil]
    case .constant(let factor): [factor * upstream]
    case .ofInput: [.apply(ElementwiseGradient(function: function), upstream, inputs[0])]
    case .ofOutput: [.apply(ElementwiseGradient(function: function), upstream, output)]
    }
  }
}

/// g · h(z), where h(z) is the derivative of an elementwise function, expressed by its argument or its value z.
struct ElementwiseGradient: SingleOutputPrimitive {
  let function: ElementwiseFunction

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let (upstream, z) = (inputs[0], inputs[1])
    let (kernel, parameter) = function.kernel
    return Tensor.elementwise(shape: z.shape) { range, dx in
      let start = range.lowerBound
      kernels.map.unary_gradient(
        kernel, parameter, upstream.buffer.base + start, z.buffer.base + start, z.buffer.base + start,
        dx + start,
        range.count)
    }
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let (g, z) = (inputs[0], inputs[1])
    let toUpstream = wanted[0] ? Value.apply(self, upstream, z) : nil
    let slope = wanted[1] ? function.slopeOfDerivative(at: z) : nil
    return [toUpstream, slope.map { upstream * g * $0 }]
  }
}

extension TensorAlgebra {
  func mapped(_ function: ElementwiseFunction) -> Self { Self.apply(Elementwise(function: function), self) }

  public static prefix func - (x: Self) -> Self { x.mapped(.negate) }
  public static func * (factor: Float, x: Self) -> Self { x.mapped(.scale(by: factor)) }
  public static func * (x: Self, factor: Float) -> Self { x.mapped(.scale(by: factor)) }
  public static func / (x: Self, divisor: Float) -> Self { x.mapped(.scale(by: 1 / divisor)) }
  public static func / (numerator: Float, x: Self) -> Self { x.reciprocal() * numerator }
  public static func + (x: Self, term: Float) -> Self { x.mapped(.shift(by: term)) }
  public static func + (term: Float, x: Self) -> Self { x.mapped(.shift(by: term)) }
  public static func - (x: Self, term: Float) -> Self { x.mapped(.shift(by: -term)) }
  public static func - (term: Float, x: Self) -> Self { (-x).mapped(.shift(by: term)) }

  /// max(x, 0); the derivative at 0 is taken as 0.
  public func relu() -> Self { mapped(.relu) }
  /// x for x > 0, else slope · x, with a slope of 0 or more.
  public func leakyReLU(slope: Float = 0.01) -> Self {
    precondition(slope >= 0, "A leaky ReLU's slope is 0 or more, and \(slope) was given.")
    return mapped(.leakyReLU(slope: slope))
  }
  /// 1 / (1 + e⁻ˣ).
  public func sigmoid() -> Self { mapped(.sigmoid) }
  public func tanh() -> Self { mapped(.tanh) }
  /// ln(1 + eˣ).
  public func softplus() -> Self { mapped(.softplus) }
  /// eˣ.
  public func exp() -> Self { mapped(.exp) }
  /// The natural logarithm; −∞ at 0 and NaN below.
  public func log() -> Self { mapped(.log) }
  /// x².
  public func squared() -> Self { mapped(.square) }
  /// |x|; the derivative at 0 is taken as 0.
  public func absolute() -> Self { mapped(.absolute) }
  /// √x; NaN below 0.
  public func squareRoot() -> Self { mapped(.squareRoot) }
  /// 1/x.
  public func reciprocal() -> Self { mapped(.reciprocal) }
  public func arctangent() -> Self { mapped(.arctangent) }
  public func sine() -> Self { mapped(.sine) }
  public func cosine() -> Self { mapped(.cosine) }
  /// −1, 0 or 1; the derivative is taken as 0 everywhere.
  public func sign() -> Self { mapped(.sign) }
  /// 1 where x > 0, else 0; the derivative is taken as 0 everywhere.
  public func step() -> Self { mapped(.step) }
}
