import Foundation
import GenModels
import OODDetectors
import OODMetrics

// Independent callers of one detector: scores a second of 1, 2, 4 … threads that each score tables of their own, in blocks of 1,000 rows and
// row by row. On n processors n callers should have n times the rate of one that is alone with one thread, and more callers no less.
//
//     swift run -c release CallerTiming [MOST_CALLERS]

let mostCallers = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 4
var random = RandomGenerator(seed: 1)
let training = Matrix(random.normal([5_000, 32]))
let fresh = Matrix(random.normal([1_000, 32]))
let rows = (0..<fresh.rows).map { fresh.row($0) }
let clock = ContinuousClock()

/// Scores a second of callers that each repeat a piece of work for a second, whose rows are counted.
func rate(callers: Int, rows: Int, _ work: @escaping @Sendable () -> Void) -> Double {
  let group = DispatchGroup()
  let counts = UnsafeMutableBufferPointer<Int>.allocate(capacity: callers * 16)
  counts.initialize(repeating: 0)
  defer { counts.deallocate() }
  nonisolated(unsafe) let places = counts
  let start = clock.now
  for caller in 0..<callers {
    let thread = Thread {
      while clock.now - start < .seconds(1) {
        work()
        places[caller * 16] += rows
      }
      group.leave()
    }
    group.enter()
    thread.start()
  }
  group.wait()
  let elapsed = (clock.now - start) / .seconds(1)
  return Double(counts.reduce(0, +)) / elapsed
}

func time<Scorer: TableScorer>(_ name: String, _ scorer: Scorer, byRow: Bool = true) {
  var pieces: [(String, @Sendable () -> Void, Int)] = [
    ("blocks", { [fresh] in _ = try? scorer.score(fresh) }, fresh.rows)
  ]
  if byRow {
    pieces.append(("rows", { [rows] in for row in rows { _ = try? scorer.score(row: row) } }, rows.count))
  }
  for (kind, work, count) in pieces {
    work()
    var line = "\(name), \(kind)"
    line += String(repeating: " ", count: max(1, 36 - line.count))
    var callers = 1
    while callers <= mostCallers {
      line += "  \(callers): \(Int(rate(callers: callers, rows: count, work)))"
      callers *= 2
    }
    print(line)
  }
}

print("scores a second of 1, 2, 4 … callers, 32 columns, \(Parallelism.threads) threads for one call")
time("one-class SVM", try OneClassSVM(fitting: training))
time("Mahalanobis", try Mahalanobis(fitting: training))
time("isolation forest", try IsolationForest(fitting: training, using: RandomGenerator(seed: 2)))
time("nearest neighbours", try NearestNeighbours(fitting: training), byRow: false)
time("HBOS", try HBOS(fitting: training))
