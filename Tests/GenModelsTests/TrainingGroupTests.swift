import Foundation
import GenModels
import Synchronization
import Testing

/// Processes that train one model together, here as threads of this one.
@Suite("Training groups", .serialized) struct TrainingGroupTests {
  /// Where threads meet: each leaves something, and gets what all left.
  private final class Meeting<Value: Sendable>: @unchecked Sendable {
    private let condition = NSCondition()
    private let count: Int
    private var left: [Int: Value] = [:]
    private var results: [[Value]] = []

    init(_ count: Int) { self.count = count }

    /// - Parameter round: How often the rank was here before.
    func meet(_ value: Value, rank: Int, round: Int) -> [Value] {
      condition.lock()
      defer { condition.unlock() }
      while results.count < round { condition.wait() }
      left[rank] = value
      if left.count == count {
        results.append((0..<count).map { left[$0]! })
        left = [:]
        condition.broadcast()
      }
      while results.count <= round { condition.wait() }
      return results[round]
    }
  }

  private final class ThreadGroup: TrainingGroup {
    let rank, count: Int
    private let sums: Meeting<[[Float]]>
    private let numbers: Meeting<[Double]>
    private struct State {
      var begun: [[Float]] = []
      var rounds = (sums: 0, numbers: 0)
    }
    private let state = Mutex(State())

    init(rank: Int, count: Int, sums: Meeting<[[Float]]>, numbers: Meeting<[Double]>) {
      (self.rank, self.count, self.sums, self.numbers) = (rank, count, sums, numbers)
    }

    func beginSum(_ numbers: [Float]) { state.withLock { $0.begun.append(numbers) } }
    func advance() {}

    func finishSums() -> [[Float]] {
      let (begun, round) = state.withLock { state in
        defer { (state.begun, state.rounds.sums) = ([], state.rounds.sums + 1) }
        return (state.begun, state.rounds.sums)
      }
      let all = sums.meet(begun, rank: rank, round: round)
      return begun.indices.map { sum in
        var numbers = all.flatMap { $0[sum] }
        let length = begun[sum].count
        numbers.withUnsafeMutableBufferPointer { sumAsTree($0.baseAddress!, count: length, parts: count) }
        return Array(numbers[..<length])
      }
    }

    func gather(_ own: [Double]) -> [[Double]] {
      let round = state.withLock { state in
        defer { state.rounds.numbers += 1 }
        return state.rounds.numbers
      }
      return numbers.meet(own, rank: rank, round: round)
    }
  }

  /// What `body` gives on each of several threads that are a group.
  private func together<Value: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (any TrainingGroup) -> Value
  ) -> [Value] {
    let (sums, numbers) = (Meeting<[[Float]]>(count), Meeting<[Double]>(count))
    let results = Meeting<Value>(count + 1)
    for rank in 0..<count {
      let thread = Thread {
        let value = body(ThreadGroup(rank: rank, count: count, sums: sums, numbers: numbers))
        _ = results.meet(value, rank: rank, round: 0)
      }
      thread.stackSize = 16 << 20
      thread.start()
    }
    // The first value stands in for this thread's own.
    let value = body(Solo())
    return Array(results.meet(value, rank: count, round: 0).prefix(count))
  }

  private static let inputs: Tensor = {
    var random = RandomGenerator(seed: 3)
    return random.uniform([65, 6, 6, 1])
  }()

  private static func network(dropout: Float = 0.2) -> Sequential {
    Sequential(
      [
        .convolution(channels: 3, kernel: 3), .flatten, .dense(units: 12, activation: .relu),
        .dropout(probability: dropout), .dense(units: 36),
      ], exampleShape: [6, 6, 1], seed: 2)
  }

  private static func trainer(_ group: (any TrainingGroup)?, parts: Int = 4, epochs: Int = 2) -> Trainer {
    var trainer = Trainer(optimizer: Adam(), epochs: epochs, batchSize: 16, batchParts: parts, seed: 5)
    trainer.group = group
    return trainer
  }

  /// Numbers of the trained network, and its losses. The last batch of an epoch has one example, and three parts none.
  private static func train(
    _ trainer: Trainer, _ network: Sequential = network()
  ) throws -> (numbers: [Float], losses: [Double]) {
    let result = try trainer.train(network, on: TrainingSet(inputs)) { model, batch, scope in
      let x = scope.constant(batch.inputs)
      return (model(x, scope.context) - x.flattened()).squared().mean()
    }
    return (result.model.namedTensors.flatMap(\.tensor.elements), result.history.map(\.loss))
  }

  @Test("1, 2 and 4 processes make the same bits, with dropout and with parts that have no example")
  func sameBits() throws {
    let alone = try Self.train(Self.trainer(Solo()))
    #expect(alone.numbers.allSatisfy { $0.isFinite })
    for count in [2, 4] {
      for found in together(count, { group in Result { try Self.train(Self.trainer(group)) } }) {
        #expect(try found.get().numbers == alone.numbers && found.get().losses == alone.losses, "\(count)")
      }
    }
    // What is learned is learned: the parts of a batch are its gradient.
    let plain = try Self.train(Self.trainer(nil, parts: 1), Self.network(dropout: 0))
    let one = try Self.train(Self.trainer(Solo(), parts: 1), Self.network(dropout: 0))
    #expect(plain.numbers == one.numbers)
    let four = try Self.train(Self.trainer(Solo()), Self.network(dropout: 0))
    #expect(zip(plain.numbers, four.numbers).allSatisfy { abs($0 - $1) < 1e-3 })
    #expect(abs(plain.losses[1] - four.losses[1]) < 1e-4 && plain.losses[1] < plain.losses[0])
  }

  @Test("A checkpoint of two processes is one of any number of them, and not of a plain training")
  func checkpoints() throws {
    let path = NSTemporaryDirectory() + "/group-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    @Sendable func trainer(_ group: (any TrainingGroup)?, epochs: Int) -> Trainer {
      var trainer = Self.trainer(group, epochs: epochs)
      trainer.checkpointing = group is Solo && epochs == 1 ? nil : Checkpointing(path: path, everySteps: 2)
      return trainer
    }
    for found in together(2, { group in Result { try Self.train(trainer(group, epochs: 1)) } }) {
      _ = try found.get()
    }
    #expect(throws: TrainingError.self) { try Self.train(trainer(nil, epochs: 3)) }
    let resumed = try Self.train(trainer(Solo(), epochs: 3))
    #expect(try resumed.numbers == Self.train(Self.trainer(Solo(), epochs: 3)).numbers)
  }

  @Test("Where one process can't take a step, all end with an error")
  func failures() throws {
    struct Wrong: Error {}
    let found = together(2) { group in
      Result {
        try Self.trainer(group, parts: 2).train(Self.network(), on: TrainingSet(Self.inputs)) {
          model, batch, scope in
          if group.rank == 1 { throw Wrong() }
          return model(scope.constant(batch.inputs), scope.context).squared().mean()
        }
      }.map { _ in 0 }
    }
    #expect(throws: TrainingError.rankFailed(rank: 1)) { try found[0].get() }
    #expect(throws: Wrong.self) { try found[1].get() }
  }

  @Test("What can't be divided is refused before the first step")
  func refusals() throws {
    #expect(throws: TrainingError.groupDoesNotFit(parts: 3, count: 1)) {
      try Self.train(Self.trainer(Solo(), parts: 3))
    }
    for found in together(4, { group in Result { try Self.train(Self.trainer(group, parts: 2)).losses } }) {
      #expect(throws: TrainingError.groupDoesNotFit(parts: 2, count: 4)) { try found.get() }
    }
    let averaging = Sequential(
      [.flatten, .batchNormalization, .dense(units: 36)], exampleShape: [6, 6, 1], seed: 1)
    let error = #expect(throws: TrainingError.self) { try Self.train(Self.trainer(Solo()), averaging) }
    #expect(error.map { "\($0)".contains("running average") } == true)
  }

  @Test("A tree adds neighbours first")
  func tree() {
    // In the order of a line, the large numbers swallow the small ones.
    var numbers: [Float] = [1e8, -1e8, 1, 2]
    numbers.withUnsafeMutableBufferPointer { sumAsTree($0.baseAddress!, count: 1, parts: 4) }
    #expect(numbers[0] == 3)
    numbers = [1e8, 1, 1e8, 1, -1e8, 1, -1e8, 1]
    numbers.withUnsafeMutableBufferPointer { sumAsTree($0.baseAddress!, count: 2, parts: 4) }
    #expect(numbers[0] == 0 && numbers[1] == 4)
  }

  @Test("The forecast: nobody waits alone, more processes wait more, and a known sum")
  func forecast() {
    let forecast = ScalingForecast(partSeconds: 0.1, gradientCount: 1_000_000)
    func efficiency(_ count: Int, _ latency: Double = 0, _ bytes: Double = 1e9) -> Double {
      forecast.efficiency(processes: count, secondsPerMessage: latency, bytesPerSecond: bytes)
    }
    #expect(efficiency(1) == 1)
    let all = [2, 8, 64, 512].map { efficiency($0, 1e-4) }
    #expect(zip(all, all.dropFirst()).allSatisfy { $0 > $1 } && all[3] > 0)
    // 4 MB in 3 buckets to 8 processes at 1 GB/s: 2 · 7/8 · 4 ms, of which a third is not hidden.
    #expect(abs(efficiency(8) - 0.1 / (0.1 + 0.007 / 3)) < 1e-12)
    #expect(efficiency(512, 0, 1e6) < 0.02)
  }
}
