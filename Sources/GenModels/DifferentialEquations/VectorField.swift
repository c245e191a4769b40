/// A vector field dy/dt = f(t, y) that can be differentiated, with or without parameters.
///
/// ```swift
/// struct Decay: VectorField {
///   var rate: Parameter
///   func derivative<Value: TensorAlgebra>(at time: Value, of state: Value) -> Value {
///     -(state * state.value(of: rate))
///   }
///   mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("rate", &rate) }
/// }
/// ```
public protocol VectorField: Parameterized {
  /// f(t, y), of the state's shape. A row of it depends on the same row of the arguments alone.
  ///
  /// - Parameters:
  ///   - time: `[rows, 1, ...]`, of the state's rank.
  ///   - state: `[rows, ...]`.
  func derivative<Value: TensorAlgebra>(at time: Value, of state: Value) -> Value
}

extension VectorField {
  /// A field without parameters needs no visits.
  public mutating func visitParameters(with visitor: ParameterVisitor) {}
}

extension DifferentialEquationSolver {
  /// Solves the equation of a field; see `solve(from:to:start:isDense:_:)`.
  public func solve(
    _ field: some VectorField, from start: Double, to end: Double, start states: Tensor,
    isDense: Bool = false
  ) throws -> DifferentialEquationSolution {
    try solve(from: start, to: end, start: states, isDense: isDense) { time, state in
      field.derivative(at: time.reshaped(.timeAxes(time.shape[0], of: state.shape)), of: state)
    }
  }
}

extension Shape {
  /// `[rows, 1, ...]` of the rank of a state.
  static func timeAxes(_ rows: Int, of state: Shape) -> Shape {
    Shape([rows] + Array(repeating: 1, count: state.rank - 1))
  }
}
