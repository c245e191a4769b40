import Foundation
import GenModels
import OODExperiments

/// A likelihood experiment's page with three sets and whatever a report may hold, written as JSON by hand: the page is held to
/// the file's format, and not to whatever the types write.
struct LikelihoodPageFixture {
  let page: LikelihoodPage
  /// A name that would end an element, or a text in quotes.
  static let hostileName = "</script><b>signs & \"marks\"</b>"
  static let sets = ["own:test", hostileName, "a-set-with-a-name-that-is-rather-long:test"]
  /// Counts by bin from −1000 to −400, and beyond.
  static let counts = [
    [0, 2, 10, 20, 5, 3], [4, 8, 4, 2, 1, 1], [0, 0, 0, 0, 30, 10],
  ]
  static let below = [0, 3, 0]
  static let above = [0, 2, 0]

  /// A score and its AUROC against both foreign sets.
  struct Score {
    let name: String
    let auroc: [Double]
  }
  /// Two are best against the first foreign set: the one that comes first is named. Baselines are better, and are not.
  static let scores = [
    Score(name: "log-density", auroc: [0.0613, 0.9921]),
    Score(name: "log-density, untrained", auroc: [0.75, 0.995]),
    Score(name: "ratio", auroc: [0.7, 0.61]), Score(name: "complexity-png", auroc: [0.7, 0.993]),
    Score(name: "compressed length alone", auroc: [0.99, 0.996]),
    Score(name: "typicality", auroc: [0.5, 0.4]),
  ]
  static let seed = UInt64.max

  init(withDensity: Bool = true, withBatches: Bool = true) throws {
    let scores = Self.scores.filter { withDensity || $0.name != "log-density" }
    let settings: [String: Any] = [
      "family": "glow", "trainingCount": 300, "validationCount": 60, "testCount": 40, "seed": Self.seed,
      "steps": 1, "hiddenChannels": 8, "epochs": 3, "batchSize": 32, "learningRate": 0.001, "components": 1,
      "ensembleCount": 0, "mutationRate": 0.25, "backgroundWeightDecay": 0, "companionCount": 0,
      "noiseDraws": 1, "importanceSamples": 20, "batchSizes": [2],
    ]
    let batches: [[String: Any]] = [
      [
        "name": "typicality", "batchSize": 2,
        "sets": [
          ["set": Self.sets[0], "batches": 20, "flagged": 0.05],
          ["set": Self.sets[1], "batches": 20, "flagged": 0.875, "auroc": 0.9375],
          ["set": Self.sets[2], "batches": 20, "flagged": 0.5, "auroc": 0.25],
        ],
      ],
      [
        "name": "batch-norm", "batchSize": 10,
        "sets": [
          ["set": Self.sets[0], "batches": 4], ["set": Self.sets[1], "batches": 4, "auroc": 1],
          ["set": Self.sets[2], "batches": 4, "auroc": 0.5],
        ],
      ],
    ]
    let report: [String: Any] = [
      "settings": settings, "trainingSet": Self.hostileName,
      "trainings": [
        ["role": "model", "seconds": 12.25, "loss": -1234.56, "parameterCount": 1_234_567],
        ["role": "background", "seconds": 0],
      ],
      "sets": zip(Self.sets, [6.64, 6.25, 12.5]).map { name, bits -> [String: Any] in
        [
          "name": name, "count": 40, "bitsPerDimension": bits,
          "compressedBitsPerDimension": ["deflate": 1.97, "png": 2.26],
        ]
      },
      "scores": scores.map { score -> [String: Any] in
        [
          "name": score.name, "about": "What \(score.name) is.", "seconds": 0.5,
          "comparisons": zip(Self.sets.dropFirst(), score.auroc).map { set, auroc -> [String: Any] in
            [
              "set": set, "auroc": auroc, "low": max(0, auroc - 0.05), "high": min(1, auroc + 0.04),
              "falsePositiveRateAt95": 0.125,
            ]
          },
          "histogram": [
            "low": -1000, "high": -400, "counts": Self.counts, "below": Self.below, "above": Self.above,
          ] as [String: Any],
        ]
      },
      "batchScores": withBatches ? batches : [],
    ]
    let json = try JSONSerialization.data(withJSONObject: report)
    var random = RandomGenerator(seed: 1)
    page = LikelihoodPage(
      try JSONDecoder().decode(LikelihoodReport.self, from: json), samples: random.uniform([40, 28, 28, 1]),
      examples: (0..<3).map { random.uniform([20 - $0, 28, 28, 1]) })
  }
}
