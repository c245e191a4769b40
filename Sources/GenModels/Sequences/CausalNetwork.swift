/// A network of sequences whose output at a step depends on the steps before it: what the causal convolution and the causal transformer
/// have in common. Sequences are matrices with a row a step; the density is that of the steps given their number.
public protocol CausalNetwork: Network, DensityModel where Examples == [Matrix] {
  /// What a step is.
  var steps: StepModel { get }

  /// The most steps of a sequence; nil for no limit.
  var mostSteps: Int? { get }

  /// The length of the sequences that `sample` draws.
  var sampleLength: Int { get set }

  /// Means and deviations of the training sequences' numbers, `[numbers]` each.
  var scale: SequenceScale { get set }

  /// The numbers of the step model, `[batch, steps, parameters]`, for inputs `[batch, steps, inputs]` that are already moved by a step: row t
  /// depends on rows 0 ... t.
  func outputs<Value: TensorAlgebra>(_ inputs: Value, _ context: Context) -> Value

  /// What must be kept to go on after a step.
  associatedtype State

  /// The state before the first step of so many sequences.
  func start(count: Int) -> State

  /// The numbers of the step model for the next step, `[count, parameters]`, given the input that comes before it, `[count, inputs]`.
  func next(_ input: Tensor, _ state: inout State) -> Tensor
}

/// Means and deviations that numbers of sequences are standardized with.
public struct SequenceScale: Parameterized {
  var mean, deviation: RunningState

  init(numbers: Int, _ tensors: TensorSource) throws(ModelFileError) {
    mean = RunningState(try tensors.constant("mean", [numbers], 0))
    deviation = RunningState(try tensors.constant("deviation", [numbers], 1))
    guard deviation.tensor.withUnsafeElements({ $0.allSatisfy { $0 > 0 } }) else {
      throw .malformed(reason: "a column's deviation is not above 0")
    }
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("mean", &mean)
    visitor.visit("deviation", &deviation)
  }
}

extension CausalNetwork {
  public var exampleShape: Shape { [steps.columns] }

  /// Flags and symbols must be ones, and sequences not longer than the model may see.
  public func check(_ x: [Matrix]) throws(ExampleError) {
    try x.requireExamples(of: exampleShape)
    try steps.requireSupport(x)
    guard let mostSteps, let number = x.firstIndex(where: { $0.rows > mostSteps }) else { return }
    throw .tooLong(example: number, steps: x[number].rows, most: mostSteps)
  }

  /// Sequences of one length as `[count, steps, columns]`, numbers standardized and kept within ±10¹⁵.
  private func standardized(_ x: [Matrix], length: Int) -> Tensor {
    let (columns, numbers) = (steps.columns, steps.numbers)
    let (means, deviations) = (scale.mean.tensor.elements, scale.deviation.tensor.elements)
    return Tensor(shape: [x.count, length, columns]) { target in
      target.initialize(repeating: 0)
      for (number, sequence) in x.enumerated() {
        for step in 0..<sequence.rows {
          for column in 0..<columns {
            var value = sequence[step, column]
            if column < numbers {
              value = max(-1e15, min(1e15, (value - Double(means[column])) / Double(deviations[column])))
            }
            target[(number * length + step) * columns + column] = Float(value)
          }
        }
      }
    }
  }

  /// What the network is told of steps `[count, steps, columns]`.
  private func inputs(_ x: Tensor) -> Tensor {
    let (rows, columns) = (x.count / max(1, steps.columns), steps.columns)
    let flat = x.reshaped([rows, columns])
    var parts = [flat.sliced(axis: 1, 0..<steps.numbers + steps.flags)]
    if let symbols = steps.symbols {
      let labels = Indexes(flat.sliced(axis: 1, columns - 1..<columns).elements.map { Int($0) })
      parts.append(Tensor.oneHot(labels, classes: symbols))
    }
    parts.append(.ones([rows, 1]))
    return Tensor.concatenate(parts.filter { $0.shape[1] > 0 }, axis: 1)
      .reshaped(Shape(Array(x.shape.dropLast()) + [steps.inputs]))
  }

  /// ln p of each step, `[count, steps]`, of steps `[count, steps, columns]`.
  private func stepDensities<Value: TensorAlgebra>(
    of x: Tensor, like value: Value, _ context: Context = .inference
  ) -> Value {
    let (count, length) = (x.shape[0], x.shape[1])
    let before = inputs(x).sliced(axis: 1, 0..<length - 1).zeroPadded(axis: 1, before: 1, after: 0)
    let numbers = outputs(value.constant(before), context)
    return steps.logDensity(
      of: value.constant(x.reshaped([count * length, steps.columns])),
      given: numbers.reshaped([count * length, steps.parameters])
    ).reshaped([count, length])
  }

  /// ln p of each sequence given its number of steps, in nats, in the columns' own units. Sequences of one length are computed together.
  public func logDensity(checked x: [Matrix]) throws -> [Double] {
    var found = [Double](repeating: 0, count: x.count)
    let unit = scale.deviation.tensor.elements.reduce(0.0) { $0 + naturalLogarithm(Double($1)) }
    for (length, numbers) in Dictionary(grouping: x.indices, by: { x[$0].rows }).sorted(by: {
      $0.key < $1.key
    }) {
      for part in Tensor.pieces(of: numbers.count, size: max(1, 8192 / length)) {
        let own = part.map { numbers[$0] }
        let densities = stepDensities(of: standardized(own.map { x[$0] }, length: length), like: Tensor(0))
        for (number, nats) in zip(own, densities.sum(axes: [1]).elements) {
          if !nats.isFinite, namedTensors.contains(where: { $0.tensor.firstNonFinite != nil }) {
            throw ExampleError.overflow(example: number)
          }
          found[number] =
            nats.isFinite ? Double(nats) - unit * Double(length) : -Double(Float.greatestFiniteMagnitude)
        }
      }
    }
    return found
  }

  /// Sequences of length `sampleLength`, drawn step by step with the layers' states kept.
  public func sample(count: Int, using random: inout RandomGenerator) -> [Matrix] {
    guard count > 0 else { return [] }
    let (columns, numbers) = (steps.columns, steps.numbers)
    var state = start(count: count)
    var input = Tensor.zeros([count, steps.inputs])
    var drawn = [Matrix](repeating: Matrix(rows: sampleLength, columns: columns, repeating: 0), count: count)
    let (means, deviations) = (scale.mean.tensor.elements, scale.deviation.tensor.elements)
    for step in 0..<sampleLength {
      let values = steps.sample(next(input, &state), using: &random)
      input = inputs(values.reshaped([count, 1, columns])).reshaped([count, steps.inputs])
      for number in 0..<count {
        for column in 0..<columns {
          let value = Double(values[number, column])
          drawn[number][step, column] =
            column < numbers ? value * Double(deviations[column]) + Double(means[column]) : value
        }
      }
    }
    return drawn
  }

  /// Trains the model on the mean of −ln p a step. Determined by model, sequences and trainer to the bit, for any number of threads.
  /// - Throws: `ExampleError` for sequences that are not the model's; `TrainingError`, see `Trainer.train`.
  public func train(
    on sequences: [Matrix], trainer: Trainer, progress: (TrainingProgress) throws -> Void = { _ in }
  ) throws -> TrainingResult<Self> {
    try check(sequences)
    guard !sequences.isEmpty else { throw TrainingError.noExamples }
    var model = self
    model.standardize(by: sequences)
    let longest = sequences.map(\.rows).max()!
    let total = sequences.reduce(0) { $0 + $1.rows }
    model.sampleLength = max(1, Int((Double(total) / Double(sequences.count)).rounded()))
    let values = model.standardized(sequences, length: longest)
    let there = Tensor(shape: [sequences.count, longest]) { there in
      for (number, sequence) in sequences.enumerated() {
        for step in 0..<longest { there[number * longest + step] = step < sequence.rows ? 1 : 0 }
      }
    }
    return try trainer.train(
      model, on: TrainingSet(values, targets: there),
      loss: { model, batch, scope in
        let found = model.stepDensities(of: batch.inputs, like: scope.constant(Tensor(0)), scope.context)
        let marks = batch.targets!
        return -(found * scope.constant(marks)).sum() / marks.sum().scalar
      }, progress: progress)
  }

  private mutating func standardize(by sequences: [Matrix]) {
    var (means, deviations) = ([Float](), [Float]())
    let total = Double(sequences.reduce(0) { $0 + $1.rows })
    for column in 0..<steps.numbers {
      func sum(_ term: (Double) -> Double) -> Double {
        sequences.reduce(0.0) { sum, sequence in
          (0..<sequence.rows).reduce(sum) { $0 + term(sequence[$1, column]) }
        }
      }
      let mean = sum { $0 } / total
      let variance = sum { ($0 - mean) * ($0 - mean) } / total
      means.append(Float(mean))
      deviations.append(variance > 1e-24 && variance.isFinite ? Float(variance.squareRoot()) : 1)
    }
    scale.mean.tensor = Tensor(means)
    scale.deviation.tensor = Tensor(deviations)
  }
}
