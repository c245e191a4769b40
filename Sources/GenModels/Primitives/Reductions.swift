import CKernels

/// Sums over some axes, which get the extent 1.
struct Sum: SingleOutputPrimitive {
  /// Axis numbers, ascending.
  let axes: [Int]

  func evaluate(_ inputs: [Tensor]) -> Tensor {
    inputs[0].reduced(along: axes) { kernels.reduce.sum($0, $1, $2, $3, $4) }
  }

  func pullback<Value: TensorAlgebra>(
    _ upstream: Value, inputs: [Value], output: Value, wanted: [Bool]
  ) -> [Value?] {
    [upstream.broadcast(to: inputs[0].shape)]
  }
}

extension Tensor {
  /// One kernel call: (from, to, outer, middle, inner), reduced over the middle of three axes.
  typealias ReductionKernel =
    @Sendable (
      UnsafePointer<Float>, UnsafeMutablePointer<Float>, Int, Int, Int
    ) -> Void

  /// Elements that one chunk of a reduction covers.
  private static let reductionGrain = 65_536

  /// Reduces over some axes, ascending, which get the extent 1. Neighbouring axes are reduced in one go.
  func reduced(along axes: [Int], _ kernel: ReductionKernel) -> Tensor {
    var result = self
    var remaining = axes
    while let last = remaining.popLast() {
      var first = last
      while let next = remaining.last, next == first - 1 { first = remaining.removeLast() }
      result = result.reduced(first...last, kernel)
    }
    return result
  }

  private func reduced(_ axes: ClosedRange<Int>, _ kernel: ReductionKernel) -> Tensor {
    var reducedShape = shape
    var (outer, middle, inner) = (1, 1, 1)
    for axis in 0..<rank {
      if axis < axes.lowerBound {
        outer *= shape[axis]
      } else if axis > axes.upperBound {
        inner *= shape[axis]
      } else {
        middle *= shape[axis]
        reducedShape[axis] = 1
      }
    }
    let result = Buffer<Float>(count: outer * inner)
    let (x, y) = (buffer, result)
    let (rows, columns) = (middle, inner)
    guard result.count > 0 else { return Tensor(shape: reducedShape, buffer: result) }
    if count <= 2 * Tensor.reductionGrain {
      kernel(x.base, y.base, outer, middle, inner)
    } else if outer > 1 {
      parallelFor(outer, grain: max(1, Tensor.reductionGrain / max(1, middle * inner))) { range in
        let start = range.lowerBound
        kernel(x.base + start * rows * columns, y.base + start * columns, range.count, rows, columns)
      }
    } else {
      // Partial results of a fixed number of rows each, then the reduction of those.
      let grain = max(1, Tensor.reductionGrain / inner)
      let parts = (middle + grain - 1) / grain
      let partial = Buffer<Float>(count: parts * inner)
      parallelFor(middle, grain: grain) { range in
        let start = range.lowerBound
        kernel(x.base + start * columns, partial.base + start / grain * columns, 1, range.count, columns)
      }
      kernel(partial.base, y.base, 1, parts, inner)
    }
    return Tensor(shape: reducedShape, buffer: result)
  }

  /// The position of the largest element along an axis; the first where several are largest, and the first NaN if any.
  /// The axis is dropped from the shape.
  public func positionOfMaximum(axis: Int) -> Indexes {
    let (outer, middle, inner) = extents(around: shape.normalized(axis: axis))
    precondition(middle > 0, "There is no largest element along axis \(axis) of the shape \(shape).")
    let positions = Buffer<Int32>(count: outer * inner)
    let x = buffer
    parallelFor(outer, grain: max(1, Tensor.reductionGrain / max(1, middle * inner))) { range in
      let start = range.lowerBound
      kernels.reduce.argmax(
        x.base + start * middle * inner, positions.base + start * inner, nil, range.count, middle, inner)
    }
    return Indexes(shape: shape.removing(axes: [shape.normalized(axis: axis)]), buffer: positions)
  }

  /// The numbers of elements outside, along and inside an axis.
  func extents(around axis: Int) -> (outer: Int, middle: Int, inner: Int) {
    (shape[..<axis].reduce(1, *), shape[axis], shape[(axis + 1)...].reduce(1, *))
  }
}

extension Shape {
  /// The shape without these axes.
  func removing(axes: [Int]) -> Shape { Shape(indices.filter { !axes.contains($0) }.map { self[$0] }) }
}

extension TensorAlgebra {
  /// The sum over some axes (all of them when nil), which are dropped from the shape unless `keepingAxes`.
  public func sum(axes: [Int]? = nil, keepingAxes: Bool = false) -> Self {
    let reduced = normalized(axes)
    guard !reduced.isEmpty else { return self }
    let sum = Self.apply(Sum(axes: reduced), self)
    return keepingAxes ? sum : sum.reshaped(shape.removing(axes: reduced))
  }

  /// The mean over some axes (all of them when nil), which are dropped from the shape unless `keepingAxes`.
  public func mean(axes: [Int]? = nil, keepingAxes: Bool = false) -> Self {
    let count = normalized(axes).reduce(1) { $0 * shape[$1] }
    precondition(
      count > 0, "There is no mean over the axes \(axes ?? []) of the shape \(shape): nothing to average.")
    return sum(axes: axes, keepingAxes: keepingAxes) * (1 / Float(count))
  }

  /// The largest element along an axis, which is dropped from the shape. The gradient goes to the first of equals.
  public func maximum(axis: Int) -> Self {
    let axis = shape.normalized(axis: axis)
    let positions = tensor.positionOfMaximum(axis: axis)
    let (_, middle, inner) = tensor.extents(around: axis)
    let flat = Indexes(shape: positions.shape) { flat in
      for i in 0..<flat.count {
        flat[i] = Int32((i / inner * middle + Int(positions.buffer.base[i])) * inner + i % inner)
      }
    }
    return elements(at: flat)
  }

  /// The sum over the axes along which `shape` has the extent 1 or none: the adjoint of `broadcast(to:)`.
  func sum(to target: Shape) -> Self {
    guard shape != target else { return self }
    let added = shape.rank - target.rank
    let axes = shape.indices.filter { $0 < added || (target[$0 - added] == 1 && shape[$0] != 1) }
    return sum(axes: axes, keepingAxes: true).reshaped(target)
  }

  /// Axis numbers, ascending, counted from the front.
  private func normalized(_ axes: [Int]?) -> [Int] {
    guard let axes else { return Array(0..<shape.rank) }
    let normal = axes.map(shape.normalized(axis:)).sorted()
    precondition(Set(normal).count == axes.count, "The axes \(axes) of the shape \(shape) name one twice.")
    return normal
  }
}
