import CAllocationCount
import GenModels
import OODDetectors
import OODMetrics

// One row at a time from a detector that was saved and loaded: nanoseconds and blocks of memory a row, for each method and for its
// detector with a preparation. The median of rounds over rows that all differ.
//
//     swift run -c release RowTiming [COLUMNS]

let columns = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10
var random = RandomGenerator(seed: 1)
let training = Matrix(random.normal([2000, columns]))
let fresh = Matrix(random.normal([1000, columns]))
let rows = (0..<fresh.rows).map { fresh.row($0) }
let clock = ContinuousClock()

/// Prints what a row costs.
func time<Detector: OODDetector & TableScorer>(_ name: String, _ detector: Detector) throws {
  var outside = 0
  var rounds: [Double] = []
  var allocations: Int64 = 0
  for _ in 0..<21 {
    let before = ood_allocation_count()
    let elapsed = try clock.measure {
      for row in rows where try detector.detect(row: row).isOutOfDistribution { outside += 1 }
    }
    allocations = ood_allocation_count() - before
    rounds.append(elapsed / .nanoseconds(1) / Double(rows.count))
  }
  let median = rounds.sorted()[rounds.count / 2]
  let fill = String(repeating: " ", count: max(1, 46 - name.count))
  print(
    "\(name)\(fill)\((median * 10).rounded() / 10) ns, \(Double(allocations) / Double(rows.count)) blocks (\(outside / 21) flagged)"
  )
}

/// Saves and loads a detector of a scorer, and times that.
func time<Scorer: TableScorer>(_ name: String, _ scorer: Scorer) throws {
  let detector = Detector(scorer, threshold: try .falsePositiveRate(0.05, of: scorer.score(fresh)))
  try time(name, Detector<Scorer>(safetensors: SafetensorsFile(bytes: detector.archive().file().bytes())))
}

var settings = TablePreparation.Settings()
settings.imputation = .median
settings.scaling = .standard
let generator = RandomGenerator(seed: 2)
print("rows of \(columns) columns")
try time("isolation forest, 100 trees of 256 rows", IsolationForest(fitting: training, using: generator))
try time("HBOS", HBOS(fitting: training))
try time(
  "isolation forest, prepared",
  PreparedScorer(fitting: training, settings: settings) { try IsolationForest(fitting: $0, using: generator) }
)
try time("HBOS, prepared", PreparedScorer(fitting: training, settings: settings) { try HBOS(fitting: $0) })
try time("mixed isolation forest", MixedIsolationForest(fitting: training, using: generator))
try time("ECOD", ECOD(fitting: training))
try time("Mahalanobis", Mahalanobis(fitting: training))
try time("nearest neighbours", NearestNeighbours(fitting: training))
