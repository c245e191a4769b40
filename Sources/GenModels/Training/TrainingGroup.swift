import Synchronization

/// The processes that train one model together, as each of them sees it: data-parallel training. Every process has the whole model and the
/// whole data; each takes its parts of every batch (`Trainer.batchParts`), and their gradients are summed over all.
///
/// **The sum does not depend on the number of processes.** A batch has P parts, P a power of two, and gradients are summed in a binary
/// tree over the parts: neighbours first, then neighbours of those. Of R processes (a power of two, at most P) process r has the
/// P / R parts that are one branch of the tree; it sums them, and the group sums the branches by the rest of the tree. So 1, 2, 4, …, P
/// processes make the same bits. Random numbers of a part come from its number.
///
/// `Solo` is a group of one. `MPIGroup` of the library `OODMPI` has the ranks of an MPI program.
public protocol TrainingGroup: Sendable {
  /// This process's number, from 0.
  var rank: Int { get }
  /// How many there are: a power of two.
  var count: Int { get }

  /// Begins a sum over all processes, in the tree's order (`sumAsTree`). All begin the same sums in the same order.
  func beginSum(_ numbers: [Float]) throws

  /// Moves sums on that are under way; called in the pauses of the backward pass.
  func advance() throws

  /// Waits for the sums that were begun since the last time, and gives them in their order.
  func finishSums() throws -> [[Float]]

  /// The numbers of all processes, by rank; as many from each. For a few numbers.
  func gather(_ numbers: [Double]) throws -> [[Double]]
}

/// A group of one process, which trains by the same rule as any other: what several processes make is, to the bit, what it makes.
public final class Solo: TrainingGroup {
  private let sums = Mutex<[[Float]]>([])

  public init() {}

  public var rank: Int { 0 }
  public var count: Int { 1 }

  public func beginSum(_ numbers: [Float]) { sums.withLock { $0.append(numbers) } }

  public func advance() {}

  public func finishSums() -> [[Float]] {
    sums.withLock { sums in
      defer { sums = [] }
      return sums
    }
  }

  public func gather(_ numbers: [Double]) -> [[Double]] { [numbers] }
}

/// Sums arrays of equal length that lie one after the other, in the order of a binary tree, into the first: neighbours, then neighbours
/// of those.
/// - Parameters:
///   - numbers: `parts` arrays of `count` numbers.
///   - count: Numbers of an array.
///   - parts: How many arrays: a power of two.
public func sumAsTree(_ numbers: UnsafeMutablePointer<Float>, count: Int, parts: Int) {
  precondition(parts > 0 && parts & (parts - 1) == 0, "A tree sums a power of two of arrays, not \(parts).")
  var distance = 1
  while distance < parts {
    for i in stride(from: 0, to: parts, by: 2 * distance) {
      kernels.map.scale_add(1, numbers + (i + distance) * count, numbers + i * count, count)
    }
    distance *= 2
  }
}
