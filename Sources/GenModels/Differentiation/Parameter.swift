/// A trained tensor of a layer.
///
/// A model's parameters are plain tensors. Inside a gradient scope the scope's copy of the model carries, in each
/// parameter, where the tensor stands on the tape; that is what lets one layer compute with `Tensor`s and
/// record with `Variable`s.
public struct Parameter: Sendable {
  public var tensor: Tensor
  /// The slot on the tape with the identifier `tape`; none outside a gradient scope.
  var slot = Variable.constantSlot
  var tape: UInt64 = 0

  public init(_ tensor: Tensor) { self.tensor = tensor }

  public var shape: Shape { tensor.shape }
}

/// A tensor that a model keeps and updates while it is trained, but not by gradient: a running average.
public struct RunningState: Sendable {
  public var tensor: Tensor
  /// Which state of the model it is during a training step.
  var key = -1

  public init(_ tensor: Tensor) { self.tensor = tensor }
}

/// Anything with named parameters: layers and models.
///
/// ```swift
/// struct Autoencoder: Parameterized {
///   var encoder: Dense
///   var decoder: Dense
///   mutating func visitParameters(with visitor: ParameterVisitor) {
///     visitor.visit("encoder", &encoder)
///     visitor.visit("decoder", &decoder)
///   }
/// }
/// ```
///
/// The names are the keys in saved files, joined by dots: `encoder.weight`. The order of visits is the order of parameters.
public protocol Parameterized: Sendable {
  /// Calls `visitor.visit` for each parameter, state and part, always in the same order.
  mutating func visitParameters(with visitor: ParameterVisitor)
}

/// Walks over the parameters of a model; see `Parameterized`.
public final class ParameterVisitor {
  private let onParameter: (String, inout Parameter) -> Void
  private let onState: (String, inout RunningState) -> Void
  private var path = ""

  init(
    parameter: @escaping (String, inout Parameter) -> Void = { _, _ in },
    state: @escaping (String, inout RunningState) -> Void = { _, _ in }
  ) {
    onParameter = parameter
    onState = state
  }

  public func visit(_ name: String, _ parameter: inout Parameter) { onParameter(path + name, &parameter) }

  public func visit(_ name: String, _ state: inout RunningState) { onState(path + name, &state) }

  public func visit(_ name: String, _ part: inout some Parameterized) {
    let outer = path
    path += name + "."
    part.visitParameters(with: self)
    path = outer
  }
}

extension Parameterized {
  /// The parameters by name, in the order of visits.
  public var namedParameters: [(name: String, tensor: Tensor)] {
    var found: [(String, Tensor)] = []
    var copy = self
    copy.visitParameters(with: ParameterVisitor(parameter: { found.append(($0, $1.tensor)) }))
    return found
  }

  /// Parameters and running states by name: everything that a saved file holds.
  public var namedTensors: [(name: String, tensor: Tensor)] {
    var found: [(String, Tensor)] = []
    var copy = self
    copy.visitParameters(
      with: ParameterVisitor(
        parameter: { found.append(($0, $1.tensor)) }, state: { found.append(($0, $1.tensor)) }))
    return found
  }

  /// The number of trained numbers.
  public var parameterCount: Int { namedParameters.reduce(0) { $0 + $1.tensor.count } }
}
