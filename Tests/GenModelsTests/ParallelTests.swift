import GenModels
import Synchronization
import Testing

/// `parallelFor` splits work over threads that stand by: every item once, whatever the callers do.
@Suite struct ParallelTests {
  /// How often each of `count` items was visited.
  private final class Visits: Sendable {
    private let counts: Mutex<[Int]>

    init(_ count: Int) { counts = Mutex(Array(repeating: 0, count: count)) }

    func visit(_ range: Range<Int>) { counts.withLock { for item in range { $0[item] += 1 } } }

    var all: [Int] { counts.withLock { $0 } }
  }

  @Test(arguments: [1, 2, 3, 16])
  func everyItemIsVisitedOnce(threads: Int) {
    for (count, grain) in [(0, 4), (1, 4), (7, 1), (1000, 3), (1000, 5000)] {
      let visits = Visits(count)
      Parallelism.withThreads(threads) { parallelFor(count, grain: grain) { visits.visit($0) } }
      #expect(visits.all == Array(repeating: 1, count: count))
    }
  }

  @Test func chunksDoNotDependOnThreads() {
    func chunks(_ threads: Int) -> [Range<Int>] {
      let found = Mutex<[Range<Int>]>([])
      Parallelism.withThreads(threads) {
        parallelFor(103, grain: 10) { range in found.withLock { $0.append(range) } }
      }
      return found.withLock { $0 }.sorted { $0.lowerBound < $1.lowerBound }
    }
    #expect(chunks(1) == chunks(4))
    #expect(chunks(1).last == 100..<103)
  }

  /// A chunk may itself be split: no thread waits for one that waits for it.
  @Test func workInsideWork() {
    let visits = Visits(40 * 30)
    Parallelism.withThreads(4) {
      parallelFor(40, grain: 1) { outer in
        parallelFor(30, grain: 2) { inner in
          for item in outer { visits.visit(item * 30 + inner.lowerBound..<item * 30 + inner.upperBound) }
        }
      }
    }
    #expect(visits.all == Array(repeating: 1, count: 40 * 30))
  }

  /// Many callers at once share the threads, and each gets its own work done; small pieces of work follow each other so
  /// quickly that threads find jobs that have just been finished.
  @Test func manyCallersAtOnce() async {
    let sums = await withTaskGroup(of: Int.self) { group in
      for caller in 0..<8 {
        group.addTask {
          Parallelism.withThreads(1 + caller % 4) {
            (0..<500).reduce(0) { sum, round in
              let total = Atomic<Int>(0)
              parallelFor(round % 17, grain: 1 + caller) { range in
                total.add(range.reduce(0, +), ordering: .relaxed)
              }
              return sum + total.load(ordering: .relaxed)
            }
          }
        }
      }
      return await group.reduce(into: []) { $0.append($1) }
    }
    let expected = (0..<500).reduce(0) { $0 + (0..<$1 % 17).reduce(0, +) }
    #expect(sums == Array(repeating: expected, count: 8))
  }
}
