import GenModels

/// y = factor · x, a bijection of an importer's. Wrong where it does not count the factor, or undoes another one.
struct Stretching: Bijection {
  let inputShape: Shape
  var outputShape: Shape { inputShape }
  var factor: Parameter
  let settings: Description

  private func logDeterminant<Value: TensorAlgebra>(_ x: Value, sign: Float) -> Value {
    let one = settings.forgetsDeterminant ? x.value(of: factor) * 0 : x.value(of: factor).absolute().log()
    return (one.sum() * (sign * Float(inputShape.elementCount))).broadcast(to: [x.shape[0]])
  }

  func forward<Value: TensorAlgebra>(_ x: Value, condition: Value?, _ context: Context) -> Mapped<Value> {
    Mapped(x * x.value(of: factor), logDeterminant: logDeterminant(x, sign: 1))
  }

  func inverse<Value: TensorAlgebra>(_ y: Value, condition: Value?, _ context: Context) -> Mapped<Value> {
    let undone = settings.undoesOther ? y * 0.5 : y / y.value(of: factor)
    return Mapped(undone, logDeterminant: logDeterminant(y, sign: -1))
  }

  mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("factor", &factor) }

  struct Description: BijectionDescription {
    static let name = "stretching"
    var forgetsDeterminant = false
    var undoesOther = false

    func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      guard input.rank == 1 else { throw .malformed(reason: "a stretching takes vectors") }
      return Stretching(
        inputShape: input, factor: Parameter(try tensors.constant("factor", [1], 3)), settings: self)
    }
  }
}

/// y = weight · x², a layer of an importer's. Wrong where half of the gradient is cut off, where it visits its parameter under another
/// name, says another shape, or asks for its tensor before it looks at the shape.
struct Squaring: Layer {
  var weight: Parameter
  let settings: Description

  func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    (settings.cutsGradient ? x * x.constant(x.tensor) : x * x) * x.value(of: weight)
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit(settings.misnames ? "wieght" : "weight", &weight)
  }

  struct Description: LayerDescription {
    static let name = "squaring"
    var cutsGradient = false
    var misnames = false
    var saysOtherShape = false
    var asksFirst = false

    func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
      if !asksFirst { try requireVectors(input) }
      let weight = Parameter(try tensors.constant("weight", [1], 1.5))
      try requireVectors(input)
      return BuiltLayer(
        Squaring(weight: weight, settings: self), outputShape: saysOtherShape ? [input[0] + 1] : input)
    }

    private func requireVectors(_ input: Shape) throws(ModelFileError) {
      guard input.rank == 1 else { throw .malformed(reason: "a squaring takes vectors") }
    }
  }
}

/// A uniform distribution on −1 ... 1 that says twice its density, or draws elsewhere.
struct ToyBase: BaseDistribution {
  let features: Int
  let settings: Description

  func logDensity<Value: TensorAlgebra>(_ z: Value, labels: Indexes?) -> Value {
    z.standardNormalLogDensity() + (settings.doubles ? 0.6931472 : 0)
  }

  func sample(count: Int, labels: Indexes?, temperature: Float, using random: inout RandomGenerator) -> Tensor
  {
    random.normal([count, features], mean: settings.drawsElsewhere ? 1 : 0, standardDeviation: temperature)
  }

  struct Description: BaseDescription {
    static let name = "toy"
    var doubles = false
    var drawsElsewhere = false

    func distribution(
      features: Int, classCount: Int?, _ tensors: TensorSource
    ) throws(ModelFileError) -> any BaseDistribution { ToyBase(features: features, settings: self) }
  }
}
