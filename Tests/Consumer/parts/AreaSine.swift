import GenModels

/// y = arsinh(eˢ x) of each feature, with trained s: draws in what lies far out.
///
/// ln |det| = Σ s − ½ ln(1 + (eˢ x)²).
struct AreaSine: Bijection {
  let inputShape: Shape
  var logScale: Parameter

  var outputShape: Shape { inputShape }

  func forward<Value: TensorAlgebra>(_ x: Value, condition: Value?, _ context: Context) -> Mapped<Value> {
    let s = x.value(of: logScale)
    let scaled = x * s.exp()
    let root = (scaled.squared() + 1).squareRoot()
    // Of |x|, so that nothing cancels: the function is odd.
    let value = (scaled.absolute() + root).log() * x.constant(scaled.tensor.sign())
    return Mapped(value, logDeterminant: (s - root.log()).sum(axes: [1]))
  }

  func inverse<Value: TensorAlgebra>(_ y: Value, condition: Value?, _ context: Context) -> Mapped<Value> {
    let s = y.value(of: logScale)
    let scaled = (y.exp() - (-y).exp()) * 0.5
    let cosine = (y.exp() + (-y).exp()) * 0.5
    return Mapped(scaled * (-s).exp(), logDeterminant: (cosine.log() - s).sum(axes: [1]))
  }

  mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("logScale", &logScale) }

  struct Description: BijectionDescription {
    static let name = "importer.areaSine"

    func bijection(
      after input: Shape, conditions: Int, _ tensors: TensorSource
    ) throws(ModelFileError) -> any Bijection {
      guard input.rank == 1 else {
        throw .malformed(reason: "an area sine takes vectors, not examples of shape \(input)")
      }
      return AreaSine(inputShape: input, logScale: Parameter(try tensors.constant("logScale", input, 0)))
    }
  }
}
