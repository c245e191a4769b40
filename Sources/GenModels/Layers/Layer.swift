/// A part of a network: a value with parameters, and a function of one argument.
///
/// The function is written once for `Tensor`s (nothing is recorded) and `Variable`s (inside a gradient scope):
///
/// ```swift
/// struct Residual: Layer {
///   var inner: Dense
///   func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
///     x + inner(x, context)
///   }
///   mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("inner", &inner) }
/// }
/// ```
public protocol Layer: Parameterized {
  /// The layer's output for a batch; the first axis counts examples.
  func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value
}

extension Layer {
  /// The layer's output in use (not in training): dropout passes everything, batch-norm uses its running averages.
  public func callAsFunction<Value: TensorAlgebra>(_ x: Value) -> Value { self(x, .inference) }

  /// A layer without parameters needs no visits.
  public mutating func visitParameters(with visitor: ParameterVisitor) {}
}

/// Whether layers are being trained or used, and what training needs: random numbers and places for running averages.
public struct Context {
  private let training: TrainingStep?

  /// Layers in use.
  public static var inference: Context { Context(training: nil) }

  /// Layers in training, with random numbers (dropout, corruption) from `random`.
  public static func training(using random: RandomGenerator) -> Context {
    Context(training: TrainingStep(random: random))
  }

  public var isTraining: Bool { training != nil }

  /// Calls `body` with the step's random generator. Traps in use, where nothing is random.
  public func withRandom<Result>(_ body: (inout RandomGenerator) throws -> Result) rethrows -> Result {
    guard let training else {
      preconditionFailure("Layers in use draw no random numbers; ask `isTraining` first.")
    }
    return try body(&training.random)
  }

  /// Notes the new value of a running state; it is stored in the model after the training step.
  public func update(_ state: RunningState, to tensor: Tensor) {
    guard let training, state.key >= 0 else { return }
    training.updates[state.key] = tensor
  }

  /// The new values of running states, by the states' keys.
  var stateUpdates: [Int: Tensor] { training?.updates ?? [:] }

  private final class TrainingStep {
    var random: RandomGenerator
    var updates: [Int: Tensor] = [:]
    init(random: RandomGenerator) { self.random = random }
  }
}
