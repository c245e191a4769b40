extension TrainingRun {
  /// Throws unless the trainer's batches can be divided among its group.
  func requireGroup() throws(TrainingError) {
    guard let group = trainer.group else { return }
    let (parts, count) = (trainer.batchParts, group.count)
    func isPower(_ number: Int) -> Bool { number > 0 && number & (number - 1) == 0 }
    guard isPower(parts), isPower(count), count <= parts else {
      throw .groupDoesNotFit(parts: parts, count: count)
    }
    var states: [String] = []
    var copy = model
    copy.visitParameters(
      with: ParameterVisitor(parameter: { _, _ in }, state: { name, _ in states.append(name) }))
    if let name = states.first { throw .groupHasRunningState(name: name) }
  }

  /// Whether any process of the group was asked to end: all end before the same step.
  func isCancelled() throws -> Bool {
    guard let group = trainer.group else { return Task.isCancelled }
    return try group.gather([Task.isCancelled ? 1 : 0]).contains { $0[0] != 0 }
  }

  /// Takes one turn on this process's parts of a batch, with the others of the group; see `TrainingGroup`.
  mutating func takeTogether(
    _ group: any TrainingGroup, _ turn: TrainingTurn<Model>, number: Int, _ rows: Indexes,
    of data: TrainingSet, using random: RandomGenerator
  ) throws -> Double {
    let own = trainer.batchParts / group.count
    let first = group.rank * own
    let size = (rows.count + trainer.batchParts - 1) / trainer.batchParts
    let shapes = model.namedParameters.filter { turn.moves($0.name) }.map(\.tensor.shape)
    var sums = GradientSums(group, shapes: shapes)
    var loss = 0.0
    var failure: (any Error)?
    do {
      // Sums of branches of the tree that wait for their neighbours, largest first.
      var branches: [(parts: Int, contribution: Contribution)] = []
      func joined(_ contribution: Contribution) -> Contribution {
        var (sum, parts) = (contribution, 1)
        while let last = branches.last, last.parts == parts {
          branches.removeLast()
          sum = last.contribution.adding(sum)
          parts *= 2
        }
        branches.append((parts, sum))
        return sum
      }
      let choices = KernelChoices.current.with(\.keepsWeightForms, own > 1)
      try KernelChoices.$current.withValue(choices) {
        for part in first..<first + own {
          let range = min(rows.count, part * size)..<min(rows.count, (part + 1) * size)
          let isLast = part == first + own - 1
          guard !range.isEmpty else {
            // A part without examples adds zeros, as it does where it is another process's only one.
            let zeros = Contribution(loss: 0, gradients: shapes.map { .zeros($0) })
            let sum = joined(zeros)
            if isLast { try add(sum, to: &sums, loss: &loss) }
            continue
          }
          let context = Context.training(using: random.split("part").split(UInt64(part)))
          let share = Float(range.count) / Float(rows.count)
          let batch = data.batch(range.count == rows.count ? rows : rows.sliced(range))
          guard isLast else {
            _ = joined(try contribution(of: batch, share: share, context, turn))
            continue
          }
          // The last part completes all branches of this process, parameter by parameter, while its backward pass runs.
          let waiting = branches.reversed().map(\.contribution)
          var wrong: (any Error)?
          let found = try contribution(of: batch, share: share, context, turn) { index, gradient in
            guard wrong == nil else { return }
            var sum = gradient
            for branch in waiting {
              var other = branch.gradients[index]
              other.add(sum)
              sum = other
            }
            do { try sums.add(sum, of: index) } catch { wrong = error }
          }
          if let wrong { throw wrong }
          loss = waiting.reduce(found.loss) { $1.loss + $0 }
        }
      }
    } catch {
      failure = error
      loss = .nan
      try sums.addZeros()
    }
    let gradients = try sums.finish()
    let losses = try group.gather([loss]).map { $0[0] }
    if let failure { throw failure }
    if let rank = losses.firstIndex(where: { !$0.isFinite }) { throw TrainingError.rankFailed(rank: rank) }
    update(gradients, [:], turn, number: number)
    return Self.treeSum(losses)
  }

  private func add(
    _ contribution: Contribution, to sums: inout GradientSums, loss: inout Double
  ) throws {
    loss = contribution.loss
    for (index, gradient) in contribution.gradients.enumerated().reversed() {
      try sums.add(gradient, of: index)
    }
  }

  private static func treeSum(_ numbers: [Double]) -> Double {
    var sums = numbers
    while sums.count > 1 { sums = stride(from: 0, to: sums.count, by: 2).map { sums[$0] + sums[$0 + 1] } }
    return sums[0]
  }
}
