/// Couplings' transforms from primitives that can be differentiated any number of times: for second derivatives, and what the
/// fused kernels are tested against.
extension CouplingTransform {
  /// The transform of rows `[rows, columns]`, or its inverse, and the log-determinant of each row.
  func composed<Value: TensorAlgebra>(_ x: Value, parameters: Value, isInverse: Bool) -> Mapped<Value> {
    let (rows, columns) = (x.shape[0], x.shape[1])
    switch self {
    case .affine(let clamp):
      let raw = parameters.sliced(axis: 1, 0..<columns)
      let shift = parameters.sliced(axis: 1, columns..<2 * columns)
      let s = (clamp * AffineCoupling.arctangentScale) * raw.arctangent()
      return isInverse
        ? Mapped((x - shift) * (-s).exp(), logDeterminant: -s.sum(axes: [1]))
        : Mapped(x * s.exp() + shift, logDeterminant: s.sum(axes: [1]))
    case .additive:
      return Mapped(isInverse ? x - parameters : x + parameters, constant: 0)
    case .spline(let bins, let bound):
      let byElement = parameters.reshaped([rows, 3 * bins - 1, columns]).transposed([0, 2, 1])
      let spline = ComposedSpline(
        byElement.reshaped([rows * columns, 3 * bins - 1]), bins: bins, bound: bound)
      let flat = x.reshaped([rows * columns, 1])
      let (y, logDerivative) = spline.map(flat, isInverse: isInverse)
      let sum = logDerivative.reshaped([rows, columns]).sum(axes: [1])
      return Mapped(y.reshaped([rows, columns]), logDeterminant: isInverse ? -sum : sum)
    }
  }
}

/// A rational-quadratic spline for each of some numbers; see ood_spline.h for the formulas.
private struct ComposedSpline<Value: TensorAlgebra> {
  private static var least: Float { 1e-3 }
  private static var slopeShift: Float { 0.5397424 }

  private let bins: Int
  private let bound: Float
  /// `[count, bins]`: widths, heights, left ends of the pieces in x and y, and slopes at their left and right ends.
  private let widths, heights, lefts, bottoms, slopes0, slopes1: Value

  /// - Parameter parameters: `[count, 3 bins − 1]`.
  init(_ parameters: Value, bins: Int, bound: Float) {
    self.bins = bins
    self.bound = bound
    let count = parameters.shape[0]
    func sizes(_ raw: Value) -> Value {
      2 * bound * ((1 - Self.least * Float(bins)) * raw.softmax() + Self.least)
    }
    // Column j of the product is the sum of all sizes before piece j.
    let before = Tensor(shape: [bins, bins]) { matrix in
      for i in 0..<bins { for j in 0..<bins { matrix[i * bins + j] = i < j ? 1 : 0 } }
    }
    widths = sizes(parameters.sliced(axis: 1, 0..<bins))
    heights = sizes(parameters.sliced(axis: 1, bins..<2 * bins))
    lefts = widths.matrixProduct(parameters.constant(before)) - bound
    bottoms = heights.matrixProduct(parameters.constant(before)) - bound
    let inner =
      (parameters.sliced(axis: 1, 2 * bins..<3 * bins - 1) + Self.slopeShift).softplus() + Self.least
    let one = parameters.constant(.ones([count, 1]))
    slopes0 = Value.concatenate([one, inner], axis: 1)
    slopes1 = Value.concatenate([inner, one], axis: 1)
  }

  /// f or f⁻¹ of numbers `[count, 1]`, and ln f′ at the argument of f.
  func map(_ argument: Value, isInverse: Bool) -> (Value, Value) {
    let bound = bound
    let isInside = argument.constant(
      Tensor(argument.tensor.elements.map { abs($0) <= bound ? 1 : 0 }, shape: argument.shape))
    let v = argument * isInside
    let mask = v.constant(pieces(v.tensor, starts: isInverse ? bottoms.tensor : lefts.tensor))
    func pick(_ values: Value) -> Value { (values * mask).sum(axes: [1], keepingAxes: true) }
    let (left, width) = (pick(lefts), pick(widths))
    let (bottom, height) = (pick(bottoms), pick(heights))
    let (d0, d1) = (pick(slopes0), pick(slopes1))
    let s = height / width
    let bend = d1 + d0 - 2 * s
    let t: Value
    if isInverse {
      let dy = v - bottom
      let a = dy * bend + height * (s - d0)
      let b = height * d0 - dy * bend
      let c = -(s * dy)
      t = -2 * c / (b + (b * b - 4 * a * c).squareRoot())
    } else {
      t = (v - left) / width
    }
    let rest = 1 - t
    let q = t * rest
    let beta = s + bend * q
    let gamma = d1 * t.squared() + 2 * s * q + d0 * rest.squared()
    let result = isInverse ? left + t * width : bottom + height * (s * t.squared() + d0 * q) / beta
    let logDerivative = 2 * s.log() + gamma.log() - 2 * beta.log()
    return (argument + isInside * (result - argument), isInside * logDerivative)
  }

  /// Ones at the piece that each number lies in, `[count, bins]`.
  private func pieces(_ v: Tensor, starts: Tensor) -> Tensor {
    let (numbers, starts, bins) = (v.elements, starts.elements, bins)
    return Tensor(shape: [numbers.count, bins]) { mask in
      mask.initialize(repeating: 0)
      for (row, number) in numbers.enumerated() {
        var piece = 0
        while piece + 1 < bins && number >= starts[row * bins + piece + 1] { piece += 1 }
        mask[row * bins + piece] = 1
      }
    }
  }
}
