import CKernels

/// a ∘ b, element by element, where axes of extent 1 or missing in front are repeated (NumPy's rule).
struct Binary: SingleOutputPrimitive {
  enum Operation: Sendable, Hashable {
    case add, subtract, multiply, divide, maximum, minimum
    /// a where b > 0, else 0.
    case gate

    var kernel: ood_binary {
      switch self {
      case .add: ood_add
      case .subtract: ood_subtract
      case .multiply: ood_multiply
      case .divide: ood_divide
      case .maximum: ood_maximum
      case .minimum: ood_minimum
      case .gate: ood_gate
      }
    }
  }

  let operation: Operation

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let (a, b) = (inputs[0], inputs[1])
    let kernel = operation.kernel
    if a.shape == b.shape {
      return Tensor.elementwise(shape: a.shape) { range, y in
        let start = range.lowerBound
        kernels.map.binary(kernel, a.buffer.base + start, b.buffer.base + start, y + start, range.count)
      }
    }
    return BroadcastPlan(a.shape, b.shape).evaluate(kernel, a, b)
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    let (a, b) = (inputs[0], inputs[1])
    func toA(_ gradient: @autoclosure () -> Value) -> Value? { wanted[0] ? gradient().sum(to: a.shape) : nil }
    func toB(_ gradient: @autoclosure () -> Value) -> Value? { wanted[1] ? gradient().sum(to: b.shape) : nil }
    switch operation {
    case .add: return [toA(upstream), toB(upstream)]
    case .subtract: return [toA(upstream), toB(-upstream)]
    case .multiply: return [toA(upstream * b), toB(upstream * a)]
    case .divide: return [toA(upstream / b), toB(-upstream * output / b)]
    case .maximum: return [toA(upstream.gated(by: a - b)), toB(upstream - upstream.gated(by: a - b))]
    case .minimum: return [toA(upstream.gated(by: b - a)), toB(upstream - upstream.gated(by: b - a))]
    case .gate: return [toA(upstream.gated(by: b)), nil]
    }
  }
}

/// How two shapes are laid over each other: equal neighbouring axes merged, strides 0 along repeated ones.
private struct BroadcastPlan {
  let shape: Shape
  /// Extents of the merged axes and the operands' strides along them, innermost first.
  private var axes: [(extent: Int, a: Int, b: Int)] = []

  init(_ a: Shape, _ b: Shape) {
    let rank = max(a.rank, b.rank)
    var extents = [Int](repeating: 1, count: rank)
    var (strideA, strideB) = (1, 1)
    for back in 1...max(1, rank) where rank > 0 {
      let inA = back <= a.rank ? a[a.rank - back] : 1
      let inB = back <= b.rank ? b[b.rank - back] : 1
      precondition(
        inA == inB || inA == 1 || inB == 1,
        "Shapes \(a) and \(b) don't fit together: axis \(rank - back) has \(inA) and \(inB), and neither is 1."
      )
      let extent = inA == 1 ? inB : inA
      extents[rank - back] = extent
      guard extent != 1 else { continue }
      let steps = (extent, inA == 1 ? 0 : strideA, inB == 1 ? 0 : strideB)
      if let last = axes.last, steps.1 == last.a * last.extent, steps.2 == last.b * last.extent {
        axes[axes.count - 1].extent *= extent
      } else {
        axes.append(steps)
      }
      strideA *= inA
      strideB *= inB
    }
    shape = Shape(extents)
    while axes.count < 2 { axes.append((1, 0, 0)) }
  }

  /// Makes the second operand a single element.
  mutating func repeatSecondOperand() {
    for index in axes.indices { axes[index].b = 0 }
  }

  func evaluate(_ kernel: ood_binary, _ a: Tensor, _ b: Tensor) -> Tensor {
    let buffer = Buffer<Float>(count: shape.elementCount)
    guard buffer.count > 0 else { return Tensor(shape: shape, buffer: buffer) }
    let (columns, rows) = (axes[0], axes[1])
    let outer = axes[2...]
    let plane = columns.extent * rows.extent
    for index in 0..<buffer.count / plane {
      var (rest, offsetA, offsetB) = (index, 0, 0)
      for axis in outer {
        let position = rest % axis.extent
        rest /= axis.extent
        offsetA += position * axis.a
        offsetB += position * axis.b
      }
      let (x, z) = (offsetA, offsetB)
      parallelFor(rows.extent, grain: max(1, elementwiseGrain / columns.extent)) { range in
        let row = range.lowerBound
        kernels.map.binary_2d(
          kernel, a.buffer.base + x + row * rows.a, rows.a, columns.a,
          b.buffer.base + z + row * rows.b, rows.b, columns.b,
          buffer.base + index * plane + row * columns.extent, range.count, columns.extent)
      }
    }
    return Tensor(shape: shape, buffer: buffer)
  }
}

/// A tensor repeated along axes of extent 1 or missing in front, to a larger shape.
struct BroadcastTo: SingleOutputPrimitive {
  let target: Shape

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    let x = inputs[0]
    var plan = BroadcastPlan(x.shape, target)
    precondition(plan.shape == target, "A tensor of shape \(x.shape) can't be repeated to \(target).")
    // 1 · x keeps every bit of x; the 1 is an operand of stride 0, so nothing of the target's size is read.
    plan.repeatSecondOperand()
    return plan.evaluate(ood_multiply, x, Tensor(1))
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    [upstream.sum(to: inputs[0].shape)]
  }
}

extension TensorAlgebra {
  public static func + (a: Self, b: Self) -> Self { apply(Binary(operation: .add), a, b) }
  public static func - (a: Self, b: Self) -> Self { apply(Binary(operation: .subtract), a, b) }
  public static func * (a: Self, b: Self) -> Self { apply(Binary(operation: .multiply), a, b) }
  public static func / (a: Self, b: Self) -> Self { apply(Binary(operation: .divide), a, b) }

  /// The larger of two, element by element; where they are equal the gradient goes to `other`.
  public func maximum(with other: Self) -> Self { Self.apply(Binary(operation: .maximum), self, other) }
  /// The smaller of two, element by element; where they are equal the gradient goes to `other`.
  public func minimum(with other: Self) -> Self { Self.apply(Binary(operation: .minimum), self, other) }
  /// This value where `gate` > 0, else 0. No gradient passes to `gate`.
  public func gated(by gate: Self) -> Self { Self.apply(Binary(operation: .gate), self, gate) }

  /// This value repeated along axes of extent 1 or missing in front (NumPy's rule).
  public func broadcast(to shape: Shape) -> Self {
    self.shape == shape ? self : Self.apply(BroadcastTo(target: shape), self)
  }
}

extension Variable {
  public static func + (a: Variable, b: Tensor) -> Variable { a + a.constant(b) }
  public static func + (a: Tensor, b: Variable) -> Variable { b.constant(a) + b }
  public static func - (a: Variable, b: Tensor) -> Variable { a - a.constant(b) }
  public static func - (a: Tensor, b: Variable) -> Variable { b.constant(a) - b }
  public static func * (a: Variable, b: Tensor) -> Variable { a * a.constant(b) }
  public static func * (a: Tensor, b: Variable) -> Variable { b.constant(a) * b }
  public static func / (a: Variable, b: Tensor) -> Variable { a / a.constant(b) }
  public static func / (a: Tensor, b: Variable) -> Variable { b.constant(a) / b }
}
