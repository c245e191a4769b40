/// Bijections one after the other.
///
/// Where the chain has splits, the parts that were split off are put in front of what remains, as one vector: the
/// chain's output has the shape `[features]` then.
public struct BijectionChain: Bijection {
  /// What the bijections are, in the order of `forward`.
  public let specifications: [BijectionSpecification]
  public let inputShape, outputShape: Shape
  var steps: [Step]

  enum Step {
    case map(any Bijection)
    /// The first half of the channels is split off.
    case split
  }

  /// Examples that data-dependent parameters are set from, apart from the statistics of a standardization.
  private static let mostInitializationExamples = 1024

  /// A chain for examples of `inputShape`.
  /// - Parameters:
  ///   - specifications: The bijections, from data to noise.
  ///   - inputShape: The shape of one example.
  ///   - conditions: Numbers that the bijections may depend on besides x.
  ///   - tensors: Fresh or stored tensors by name.
  /// - Throws: `ModelFileError.malformed` where a bijection does not fit the one before.
  public init(
    _ specifications: [BijectionSpecification], inputShape: Shape, conditions: Int = 0,
    _ tensors: TensorSource
  ) throws(ModelFileError) {
    var shape = inputShape
    var steps: [Step] = []
    var splitsAny = false
    for (number, specification) in specifications.enumerated() {
      func malformed(_ reason: String) -> ModelFileError {
        .malformed(reason: "bijection \(number), \(reason)")
      }
      if specification.description is SplitDescription {
        guard shape[shape.rank - 1] % 2 == 0 else {
          throw malformed("a split, needs an even number of channels, and examples have \(shape)")
        }
        shape[shape.rank - 1] /= 2
        splitsAny = true
        steps.append(.split)
      } else {
        do throws(ModelFileError) {
          let map = try specification.description.bijection(
            after: shape, conditions: conditions, tensors.under("\(number)"))
          guard map.inputShape == shape else {
            throw malformed("was built for examples of shape \(map.inputShape) and gets \(shape)")
          }
          shape = map.outputShape
          steps.append(.map(map))
        } catch {
          guard case .malformed(let reason) = error, !reason.hasPrefix("bijection ") else { throw error }
          throw malformed(reason)
        }
      }
    }
    self.specifications = specifications
    self.inputShape = inputShape
    self.steps = steps
    outputShape = splitsAny ? [inputShape.elementCount] : shape
    restShape = shape
  }

  /// The shape of what no split took.
  private let restShape: Shape

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    var value = x
    var sum: Value?
    var done: [Value] = []
    var index = 0
    while index < steps.count {
      switch steps[index] {
      case .split:
        done.append(value.half(.first).flattened())
        value = value.half(.second)
        index += 1
      case .map(let map):
        let mapped: Mapped<Value>
        let run = couplings(from: index)
        if run.count > 1 {
          mapped = DenseCoupling.forward(run, value, condition: condition)
          index += run.count
        } else {
          mapped = map.forward(value, condition: condition, context)
          index += 1
        }
        value = mapped.value
        sum = sum.map { $0 + mapped.logDeterminant } ?? mapped.logDeterminant
      }
    }
    let result = done.isEmpty ? value : Value.concatenate(done + [value.flattened()], axis: 1)
    return Mapped(result, logDeterminant: sum ?? x.constant(.zeros([x.shape[0]])))
  }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> {
    require(y.shape, isBatchOf: outputShape)
    var value = y
    var done: [Value] = []
    let batch = y.shape[0]
    if outputShape != restShape {
      // Each split took half of what was there, as the first columns that are left.
      var start = 0
      for shape in splitShapes {
        let count = shape.elementCount
        done.append(
          y.sliced(axis: 1, start..<start + count).reshaped(Shape([batch] + Array(shape))))
        start += count
      }
      value = y.sliced(axis: 1, start..<y.shape[1]).reshaped(Shape([batch] + Array(restShape)))
    }
    var sum: Value?
    for step in steps.reversed() {
      switch step {
      case .split: value = Value.concatenate([done.removeLast(), value], axis: -1)
      case .map(let map):
        let mapped = map.inverse(value, condition: condition, context)
        value = mapped.value
        sum = sum.map { $0 + mapped.logDeterminant } ?? mapped.logDeterminant
      }
    }
    return Mapped(value, logDeterminant: sum ?? y.constant(.zeros([batch])))
  }

  /// The shapes of what the splits take.
  private var splitShapes: [Shape] {
    var (shape, found) = (inputShape, [Shape]())
    for step in steps {
      switch step {
      case .map(let map): shape = map.outputShape
      case .split:
        shape[shape.rank - 1] /= 2
        found.append(shape)
      }
    }
    return found
  }

  /// The couplings of vectors that stand next to each other from a step on: they are computed in one go.
  private func couplings(from start: Int) -> [DenseCoupling] {
    var run: [DenseCoupling] = []
    for case .map(let map as DenseCoupling) in steps[start...].prefix(while: \.isDenseCoupling) {
      run.append(map)
    }
    return run
  }

  public mutating func initialize(from x: Tensor, condition: Tensor?) -> Tensor {
    var (value, condition) = (x, condition)
    var done: [Tensor] = []
    for index in steps.indices {
      switch steps[index] {
      case .split:
        done.append(value.half(.first).flattened())
        value = value.half(.second)
      case .map(var map):
        if !(map is StandardizationBijection || map is Rescaling),
          value.shape[0] > Self.mostInitializationExamples
        {
          value = value.sliced(axis: 0, 0..<Self.mostInitializationExamples)
          condition = condition?.sliced(axis: 0, 0..<Self.mostInitializationExamples)
        }
        value = map.initialize(from: value, condition: condition)
        steps[index] = .map(map)
      }
    }
    guard !done.isEmpty else { return value }
    // Behind a split there may be fewer examples than the split saw.
    let rows = 0..<value.shape[0]
    return Tensor.concatenate(done.map { $0.sliced(axis: 0, rows) } + [value.flattened()], axis: 1)
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    for index in steps.indices {
      guard case .map(var map) = steps[index] else { continue }
      // Without a second owner, so that a visitor that writes does not copy.
      steps[index] = .split
      visitor.visit("\(index)", &map)
      steps[index] = .map(map)
    }
  }
}

extension BijectionChain.Step {
  fileprivate var isDenseCoupling: Bool {
    if case .map(let map) = self { map is DenseCoupling } else { false }
  }
}
