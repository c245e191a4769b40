import GenModels

extension Tensor: LawExamples {
  public static func joined(_ batches: [Tensor]) -> Tensor { .concatenate(batches, axis: 0) }

  public static func points(_ points: [[Double]], shape: Shape) -> Tensor {
    Tensor(points.flatMap { $0.map(Float.init) }, shape: Shape([points.count] + shape))
  }

  public var numbers: [Double] { withUnsafeElements { $0.map(Double.init) } }

  public func mapNumbers(_ change: (Double) -> Double) -> Tensor {
    Tensor(numbers.map { Float(change($0)) }, shape: shape)
  }

  public func replacing(example: Int, feature: Int, with value: Double) -> Tensor {
    var elements = elements
    elements[example * (count / max(1, exampleCount)) + feature] = Float(value)
    return Tensor(elements, shape: shape)
  }

  public func inAnotherShape() -> Tensor {
    var other = shape
    other[other.rank - 1] += 1
    return Tensor(repeating: 0.5, shape: other)
  }
}

extension Matrix: LawExamples {
  public static func joined(_ batches: [Matrix]) -> Matrix {
    Matrix(
      rows: batches.reduce(0) { $0 + $1.rows }, columns: batches[0].columns,
      elements: batches.flatMap(\.elements))
  }

  public static func points(_ points: [[Double]], shape: Shape) -> Matrix {
    Matrix(rows: points.count, columns: shape.elementCount, elements: points.flatMap { $0 })
  }

  public var numbers: [Double] { elements }

  public func mapNumbers(_ change: (Double) -> Double) -> Matrix {
    Matrix(rows: rows, columns: columns, elements: elements.map(change))
  }

  public func replacing(example: Int, feature: Int, with value: Double) -> Matrix {
    var copy = self
    copy[example, feature] = value
    return copy
  }

  public func inAnotherShape() -> Matrix { Matrix(rows: rows, columns: columns + 1, repeating: 0.5) }
}

extension [Matrix]: LawExamples {
  public static func joined(_ batches: [[Matrix]]) -> [Matrix] { batches.flatMap { $0 } }

  public static func points(_ points: [[Double]], shape: Shape) -> [Matrix] { points.map { Matrix([$0]) } }

  public var numbers: [Double] { flatMap(\.elements) }

  public func mapNumbers(_ change: (Double) -> Double) -> [Matrix] { map { $0.mapNumbers(change) } }

  public func replacing(example: Int, feature: Int, with value: Double) -> [Matrix] {
    var copy = self
    copy[example] = copy[example].replacing(example: 0, feature: feature, with: value)
    return copy
  }

  public func inAnotherShape() -> [Matrix] { map { $0.inAnotherShape() } }
}
