import ArgumentParser
import GenModels

/// Norms of reconstruction errors, by their names on the command line.
enum NormName: String, CaseIterable, ExpressibleByArgument {
  case l1, l2, mse, bce

  var norm: ReconstructionNorm {
    switch self {
    case .l1: .l1
    case .l2: .l2
    case .mse: .meanSquared
    case .bce: .binaryCrossEntropy
    }
  }
}
