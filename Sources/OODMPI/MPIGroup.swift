// Without the package's trait MPI this library is empty: nothing of MPI is looked for or linked.
#if MPI
  import CMPI
  import GenModels
  import Synchronization

  /// The ranks of an MPI program as a group that trains one model together.
  ///
  /// A sum is an exchange, in which rank r gets slice r of everybody's numbers and adds them in the tree's order, and a collection of the
  /// slices: 2 (R − 1) / R times the numbers leave each rank, as in a ring. Both are non-blocking and go on in the pauses of the backward
  /// pass. Other ranks wait for one that fails: end the program with `abort()`.
  public final class MPIGroup: TrainingGroup {
    public let rank: Int
    public let count: Int
    private let state: Mutex<State>

    /// What the sums so far took.
    public struct Traffic: Sendable {
      /// Bytes that left this rank, and sums.
      public var bytes = 0, sums = 0
      /// Seconds in which this rank did nothing but wait for sums.
      public var waitSeconds = 0.0
    }

    /// Starts MPI where it is not, and takes all ranks.
    /// - Throws: `MPIError`.
    public init() throws(MPIError) {
      var group = ood_mpi_group()
      try check(ood_mpi_start(&group), "starting")
      rank = Int(group.rank)
      count = Int(group.count)
      state = Mutex(State(group: group))
    }

    public var traffic: Traffic { state.withLock { $0.traffic } }

    public func beginSum(_ numbers: [Float]) throws {
      try state.withLock { try $0.begin(numbers) }
    }

    public func advance() throws { try state.withLock { try $0.advance() } }

    public func finishSums() throws -> [[Float]] { try state.withLock { try $0.finish() } }

    public func gather(_ numbers: [Double]) throws -> [[Double]] {
      try state.withLock { state in
        var all = [Double](repeating: 0, count: count * numbers.count)
        try check(ood_mpi_gather(&state.group, numbers, &all, Int32(numbers.count)), "gathering")
        return (0..<count).map { Array(all[$0 * numbers.count..<($0 + 1) * numbers.count]) }
      }
    }

    /// Ends MPI; call it last.
    public static func finish() { _ = ood_mpi_finish() }

    /// Ends all ranks at once, with that status.
    public static func abort(status: Int32 = 1) { ood_mpi_abort(status) }
  }

  /// MPI refused something.
  public struct MPIError: Error, CustomStringConvertible, Sendable {
    public let code: Int32
    public let activity: String

    public var description: String { "MPI ended with error \(code) while \(activity)." }
  }

  private func check(_ code: Int32, _ activity: String) throws(MPIError) {
    guard code == 0 else { throw MPIError(code: code, activity: activity) }
  }

  /// Numbers on their way.
  private final class Sum {
    let count, slice: Int
    /// What leaves; every rank's of this rank's slice; the sums of all slices.
    let numbers, slices, sums: UnsafeMutablePointer<Float>
    var request = ood_mpi_request()

    init(_ numbers: [Float], ranks: Int) {
      count = numbers.count
      slice = max(1, (numbers.count + ranks - 1) / ranks)
      let room = slice * ranks
      self.numbers = .allocate(capacity: room)
      slices = .allocate(capacity: room)
      sums = .allocate(capacity: room)
      self.numbers.initialize(repeating: 0, count: room)
      numbers.withUnsafeBufferPointer { buffer in
        if let base = buffer.baseAddress { self.numbers.update(from: base, count: count) }
      }
    }

    deinit {
      numbers.deallocate()
      slices.deallocate()
      sums.deallocate()
    }
  }

  private struct State: ~Copyable {
    var group: ood_mpi_group
    var traffic = MPIGroup.Traffic()
    /// In the order in which they were begun; the first `collecting` of them are collected.
    private var underWay: [Sum] = []
    private var collecting = 0

    init(group: ood_mpi_group) { self.group = group }

    mutating func begin(_ numbers: [Float]) throws {
      let ranks = Int(group.count)
      let sum = Sum(numbers, ranks: ranks)
      underWay.append(sum)
      traffic.sums += 1
      traffic.bytes += 2 * (ranks - 1) * sum.slice * MemoryLayout<Float>.stride
      try check(
        ood_mpi_exchange(&group, sum.numbers, sum.slices, Int32(sum.slice), &sum.request), "exchanging")
    }

    /// Begins to collect what has been exchanged: in order, so that all ranks do.
    mutating func advance() throws {
      while collecting < underWay.count {
        var isDone: Int32 = 0
        try check(ood_mpi_test(&underWay[collecting].request, &isDone), "exchanging")
        guard isDone != 0 else { return }
        try collect()
      }
    }

    private mutating func collect() throws {
      let sum = underWay[collecting]
      sumAsTree(sum.slices, count: sum.slice, parts: Int(group.count))
      try check(ood_mpi_collect(&group, sum.slices, sum.sums, Int32(sum.slice), &sum.request), "collecting")
      collecting += 1
    }

    mutating func finish() throws -> [[Float]] {
      let clock = ContinuousClock()
      let start = clock.now
      while collecting < underWay.count {
        try check(ood_mpi_wait(&underWay[collecting].request), "exchanging")
        try collect()
      }
      var results: [[Float]] = []
      for sum in underWay {
        try check(ood_mpi_wait(&sum.request), "collecting")
        results.append(Array(UnsafeBufferPointer(start: sum.sums, count: sum.count)))
      }
      underWay = []
      collecting = 0
      traffic.waitSeconds += (clock.now - start) / .seconds(1)
      return results
    }
  }
#endif
