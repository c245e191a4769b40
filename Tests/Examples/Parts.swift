import GenModels

/// A scorer of an importer's own.
struct MyScorer: TableScorer {
  static let kind = "examples.myScorer"
  let centre: [Double]

  init(fitting x: Matrix) throws {
    centre = (0..<x.columns).map { x.column($0).reduce(0, +) / Double(x.rows) }
  }

  var featureCount: Int { centre.count }

  func score(checked x: Matrix) -> [Double] {
    (0..<x.rows).map { i in centre.indices.reduce(0) { $0 + abs(x[i, $1] - centre[$1]) } }
  }

  func encode(to archive: inout ModelArchive) {
    archive["centre"] = .float64(centre, shape: [centre.count])
  }

  init(from archive: ModelArchive) throws {
    centre = try archive.finiteDoubles("centre")
  }
}

/// y = s x, with a trained s.
struct Scaling: Layer {
  var factor: Parameter

  func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    x * x.value(of: factor)
  }

  mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("factor", &factor) }

  struct Description: LayerDescription {
    static let name = "scaling"

    func layer(after input: Shape, _ tensors: TensorSource) throws(ModelFileError) -> BuiltLayer {
      BuiltLayer(Scaling(factor: Parameter(try tensors.constant("factor", [1], 1))), outputShape: input)
    }
  }
}

typealias MyLayer = Scaling.Description

/// y = the cube root of x; ln |det| = −Σ (ln 3 + ⅔ ln |x|).
struct CubeRootMap: Bijection {
  let inputShape: Shape

  var outputShape: Shape { inputShape }

  func forward<Value: TensorAlgebra>(_ x: Value, condition: Value?, _ context: Context) -> Mapped<Value> {
    let logarithm = x.absolute().log()
    let root = (logarithm * (1 / 3)).exp() * x.constant(x.tensor.sign())
    return Mapped(root, logDeterminant: -(logarithm * (2 / 3) + 1.098_612_3).sum(axes: [1]))
  }

  func inverse<Value: TensorAlgebra>(_ y: Value, condition: Value?, _ context: Context) -> Mapped<Value> {
    Mapped(y * y.squared(), logDeterminant: (y.absolute().log() * 2 + 1.098_612_3).sum(axes: [1]))
  }

  mutating func visitParameters(with visitor: ParameterVisitor) {}
}

struct CubeRoot: BijectionDescription {
  static let name = "cubeRoot"

  func bijection(after input: Shape, conditions: Int, _ tensors: TensorSource) -> any Bijection {
    CubeRootMap(inputShape: input)
  }
}
