#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a step of a sequence is, and its distribution given a network's numbers: real numbers (a mixture of normal distributions of
/// independent numbers), flags of 0 and 1, a symbol 0 ..< K, in this order of columns.
///
/// Pen strokes are two numbers, the pen's movement, and a flag for the pen lifted: `StepModel(numbers: 2, flags: 1, mixtures: 10)` (A.
/// Graves, 2013, section 4.1).
public struct StepModel: Codable, Hashable, Sendable {
  public var numbers: Int
  public var flags: Int
  /// Number of symbols of the last column; nil for no such column.
  public var symbols: Int?
  /// Normal distributions in the mixture of the numbers.
  public var mixtures: Int

  public init(numbers: Int = 0, flags: Int = 0, symbols: Int? = nil, mixtures: Int = 1) {
    self.numbers = numbers
    self.flags = flags
    self.symbols = symbols
    self.mixtures = mixtures
  }

  /// Columns of a sequence.
  public var columns: Int { numbers + flags + (symbols == nil ? 0 : 1) }

  /// Numbers that the network is told of a step: the columns, a symbol as K numbers 0 or 1, and a 1 for a step that is there.
  package var inputs: Int { numbers + flags + (symbols ?? 0) + 1 }

  /// Numbers that a step takes from the network.
  package var parameters: Int { (numbers > 0 ? mixtures * (1 + 2 * numbers) : 0) + flags + (symbols ?? 0) }

  var problem: String? {
    guard (0...4096).contains(numbers), (0...4096).contains(flags), columns >= 1 else {
      return "a step has 1 column or more, not \(numbers) numbers and \(flags) flags"
    }
    if let symbols, !(2...65_536).contains(symbols) { return "there are 2 to 65536 symbols, not \(symbols)" }
    return (1...1000).contains(mixtures) ? nil : "a mixture has 1 to 1000 parts, not \(mixtures)"
  }

  /// Throws unless flags and symbols are ones.
  func requireSupport(_ sequences: [Matrix]) throws(ExampleError) {
    for (example, sequence) in sequences.enumerated() {
      for column in numbers..<max(numbers, columns) {
        let count = column < numbers + flags ? 2 : symbols!
        for step in 0..<sequence.rows {
          let value = sequence[step, column]
          guard value == value.rounded(), value >= 0, value < Double(count) else {
            throw .noSymbol(example: example, step: step, value: value, symbols: count)
          }
        }
      }
    }
  }

  /// ln p of each step, `[steps]`, of columns `[steps, columns]` (numbers standardized) given `[steps, parameters]`.
  func logDensity<Value: TensorAlgebra>(of x: Value, given parameters: Value) -> Value {
    let steps = x.shape[0]
    var sum = x.constant(.zeros([steps]))
    var next = 0
    func take(_ width: Int) -> Value {
      defer { next += width }
      return parameters.sliced(axis: 1, next..<next + width)
    }
    if numbers > 0 {
      let logits = take(mixtures)
      let means = take(mixtures * numbers).reshaped([steps, mixtures, numbers])
      let logDeviations = ObservationModel.bounded(take(mixtures * numbers)).reshaped([
        steps, mixtures, numbers,
      ])
      let values = x.sliced(axis: 1, 0..<numbers).reshaped([steps, 1, numbers])
      let z = (values - means) * (-logDeviations).exp()
      let parts = (z.squared() * -0.5 - logDeviations - Float(StandardNormalDensity.halfLogTwoPi)).sum(axes: [
        2
      ])
      sum = sum + (parts + logits).logSumExp() - logits.logSumExp()
    }
    if flags > 0 {
      let logits = take(flags)
      sum = sum + (x.sliced(axis: 1, numbers..<numbers + flags) * logits - logits.softplus()).sum(axes: [1])
    }
    if let symbols {
      let labels = Indexes(x.tensor.sliced(axis: 1, columns - 1..<columns).elements.map { Int($0) })
      sum = sum - take(symbols).crossEntropy(labels: labels)
    }
    return sum
  }

  /// Draws of steps, `[steps, columns]`, numbers standardized.
  func sample(_ parameters: Tensor, using random: inout RandomGenerator) -> Tensor {
    let steps = parameters.shape[0]
    var parts: [Tensor] = []
    var next = 0
    func take(_ width: Int) -> Tensor {
      defer { next += width }
      return parameters.sliced(axis: 1, next..<next + width)
    }
    func chosen(_ logits: Tensor) -> [Int] {
      let gumbel = -(-random.uniform(logits.shape, in: 1e-6..<1 - 1e-6).log()).log()
      return (logits + gumbel).positionOfMaximum(axis: 1).elements
    }
    if numbers > 0 {
      let component = chosen(take(mixtures))
      let means = take(mixtures * numbers)
      let deviations = ObservationModel.bounded(take(mixtures * numbers)).exp()
      let noise = random.normal([steps, numbers])
      parts.append(
        Tensor(shape: [steps, numbers]) { drawn in
          for step in 0..<steps {
            for column in 0..<numbers {
              let place = component[step] * numbers + column
              drawn[step * numbers + column] =
                means[step, place] + deviations[step, place] * noise[step, column]
            }
          }
        })
    }
    if flags > 0 { parts.append((take(flags).sigmoid() - random.uniform([steps, flags])).step()) }
    if let symbols {
      parts.append(Tensor(chosen(take(symbols)).map(Float.init), shape: [steps, 1]))
    }
    return .concatenate(parts, axis: 1)
  }
}
