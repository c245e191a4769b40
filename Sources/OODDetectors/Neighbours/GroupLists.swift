import Synchronization

/// The candidate lists of one group of points, changed by one thread at a time.
final class GroupLists: Sendable {
  /// The points of the group.
  let points: Range<Int>
  private let lists = Mutex<[CandidateList]>([])

  init(_ points: Range<Int>) { self.points = points }

  /// Calls `body` with the lists, in the order of their points.
  func update<Result: Sendable>(_ body: (inout [CandidateList]) -> Result) -> Result {
    lists.withLock { body(&$0) }
  }

  /// Calls `body` with each point and its last candidates.
  func visit(_ body: (Int, UnsafeBufferPointer<Int32>) -> Void) {
    lists.withLock { lists in
      for i in lists.indices {
        lists[i].tighten()
        lists[i].rows.withUnsafeBufferPointer { body(points.lowerBound + i, $0) }
      }
    }
  }
}
