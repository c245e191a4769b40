import ArgumentParser
import GenModels
import OODDatasets
import OODMetrics

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

/// Makes the score of saved autoencoders, their reconstruction error, for `ood score`.
struct ReconstructionScorers {
  let norm: NormName
  let library: DataLibrary

  func loaded(_ model: SavedOracle) -> LoadedScorer {
    let scorer = model.scorer(norm)
    return LoadedScorer(kind: "\(model.kind), \(norm.rawValue)", threshold: nil) { data in
      let (examples, dataset) = try model.examples(data, in: library)
      let scores = try Working.on("scoring \(dataset.count) examples") {
        try naming(data) { try scorer.score(examples) }
      }
      return ScoredExamples(scores, of: dataset)
    }
  }
}
