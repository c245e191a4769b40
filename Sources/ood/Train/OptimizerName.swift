import ArgumentParser
import GenModels

/// The optimizers that a training can be asked for.
enum OptimizerName: String, CaseIterable, ExpressibleByArgument {
  case adam, adamw, adadelta, rmsprop, sgd

  /// The optimizer, with its own usual rate unless another is given.
  func optimizer(learningRate: Double?) -> any Optimizer {
    switch self {
    case .adam: Adam(learningRate: learningRate ?? 1e-3)
    case .adamw: Adam.adamW(learningRate: learningRate ?? 1e-3)
    case .adadelta: Adadelta(learningRate: learningRate ?? 1)
    case .rmsprop: RMSProp(learningRate: learningRate ?? 1e-3)
    case .sgd: SGD(learningRate: learningRate ?? 0.01, momentum: 0.9)
    }
  }

  /// The name of an optimizer; nil for one that the tool does not know.
  init?(_ optimizer: any Optimizer) {
    switch optimizer {
    case let adam as Adam: self = adam.decoupledWeightDecay == 0 ? .adam : .adamw
    case is Adadelta: self = .adadelta
    case is RMSProp: self = .rmsprop
    case is SGD: self = .sgd
    default: return nil
    }
  }
}
