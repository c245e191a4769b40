import GenModels

/// Scorers of one-column tables that break one law each. `file` keeps the number that they have.
protocol ToyScorer: TableScorer where Configuration == EmptyConfiguration {
  var scale: Double { get set }
  init()
}

extension ToyScorer {
  var featureCount: Int { 1 }
  func encode(to archive: inout ModelArchive) throws { archive["scale"] = .float64([scale], shape: [1]) }
  init(from archive: ModelArchive) throws {
    self.init()
    scale = try archive.finiteDoubles("scale", shape: [1])[0]
  }
}

/// Right: |x| times a number.
struct MagnitudeScorer: ToyScorer, ExplainableScorer {
  static let kind = "toy-magnitude"
  var scale = 2.0
  let contributionRule = ContributionRule.sum
  func score(checked x: Matrix) -> [Double] { x.elements.map { scale * abs($0) } }
  func contributions(checked x: Matrix) -> Matrix {
    Matrix(rows: x.rows, columns: 1, elements: score(checked: x))
  }
}

/// The score depends on the batch's mean.
struct BatchDependentScorer: ToyScorer {
  static let kind = "toy-batch"
  var scale = 2.0
  func score(checked x: Matrix) -> [Double] {
    let mean = x.elements.reduce(0, +) / Double(x.rows)
    return x.elements.map { scale * abs($0 - mean) }
  }
}

/// NaN for large numbers.
struct NaNScorer: ToyScorer {
  static let kind = "toy-nan"
  var scale = 2.0
  func score(checked x: Matrix) -> [Double] {
    x.elements.map { scale * (abs($0) - (abs($0) > 1e9 ? .nan : 0)) }
  }
}

/// High for what is near.
struct UpsideDownScorer: ToyScorer {
  static let kind = "toy-upside-down"
  var scale = 2.0
  func score(checked x: Matrix) -> [Double] { x.elements.map { -scale * abs($0) } }
}

/// One score for all.
struct ConstantScorer: ToyScorer {
  static let kind = "toy-constant"
  var scale = 2.0
  func score(checked x: Matrix) -> [Double] { x.elements.map { _ in scale } }
}

/// Takes NaN, and tables of any width.
struct CarelessScorer: ToyScorer {
  static let kind = "toy-careless"
  var scale = 2.0
  func check(_ x: Matrix) throws(ExampleError) {}
  func score(checked x: Matrix) -> [Double] { (0..<x.rows).map { scale * abs(x[$0, 0]) } }
}

/// Contributions that are not the score.
struct WrongContributions: ToyScorer, ExplainableScorer {
  static let kind = "toy-contributions"
  var scale = 2.0
  let contributionRule = ContributionRule.sum
  func score(checked x: Matrix) -> [Double] { x.elements.map { scale * abs($0) } }
  func contributions(checked x: Matrix) -> Matrix {
    Matrix(rows: x.rows, columns: 1, elements: x.elements.map { abs($0) })
  }
}

/// Loses its number in the file.
struct ForgetfulScorer: ToyScorer {
  static let kind = "toy-forgetful"
  var scale = 2.0
  func score(checked x: Matrix) -> [Double] { x.elements.map { scale * abs($0) } }
  func encode(to archive: inout ModelArchive) throws {}
  init() {}
  init(scale: Double) { self.scale = scale }
  init(from archive: ModelArchive) throws { self.init() }
}

/// Blames each of two columns for the other.
struct WrongBlame: ToyScorer, ExplainableScorer {
  static let kind = "toy-blame"
  var scale = 2.0
  var featureCount: Int { 2 }
  let contributionRule = ContributionRule.sum
  func score(checked x: Matrix) -> [Double] { (0..<x.rows).map { scale * (abs(x[$0, 0]) + abs(x[$0, 1])) } }
  func contributions(checked x: Matrix) -> Matrix {
    Matrix((0..<x.rows).map { [scale * abs(x[$0, 1]), scale * abs(x[$0, 0])] })
  }
}

/// Is fitted to anything, and to something else on more threads.
struct CarelessFit: ToyScorer, TableFitted {
  static let kind = "toy-careless-fit"
  static let defaultFitSettings = EmptyConfiguration()
  static let summary = "a toy"
  var scale = 2.0
  func score(checked x: Matrix) -> [Double] { x.elements.map { scale * abs($0) } }
  static func fitted(to x: Matrix, settings: EmptyConfiguration, seed: UInt64) -> CarelessFit {
    CarelessFit(scale: Double(Parallelism.threads))
  }
}
