import CKernels
import GenModels

/// Virtual-logit matching (H. Wang, Z. Li, L. Feng and W. Zhang, 2022): what the features hold outside their principal subspace, as
/// one more logit, against the logits:
///
///     score(x) = α ‖Rᵀ(f(x) − o)‖₂ − ln Σₖ exp zₖ(x),
///     o = −(Wᵀ)⁺ b,   R = the eigenvectors of Σₙ (fₙ − o)(fₙ − o)ᵀ but for those of the D largest eigenvalues,
///     α = Σₙ maxₖ zₖ(xₙ) / Σₙ ‖Rᵀ(fₙ − o)‖₂.
///
/// It ranks as the paper's probability of the virtual logit does. D is 1000 for 2048 features and more, 512 for 768 and more, else
/// half of them, as there. Cost: one pass through the classifier and d (d − D) multiply-adds; the fit takes N·d² and 9·d³.
public struct ViM: FeatureScorer {
  public static let kind = "vim"
  public static let summary = "the residual of the features against the logits (Wang et al. 2022)"
  public static let defaultSettings = Settings()
  public static let fitting = PostHocFitting.examples

  public struct Settings: Codable, Hashable, Sendable {
    /// D, below the number of features; 0 for the paper's choice.
    public var dimensions: Int

    public init(dimensions: Int = 0) { self.dimensions = dimensions }
  }

  public let classifier: AnyClassifier
  public let configuration: Settings
  /// o.
  public let origin: [Double]
  /// Rᵀ, a row a direction.
  public let residual: Matrix
  /// α.
  public let scale: Double
  private let head: LinearHead

  /// - Throws: `ExampleError` for examples of another shape; `ClassifierScoreError` for a classifier without a linear last layer, D
  ///   out of range, fewer than two examples, and features that all lie in the principal subspace; `LinearAlgebraError`.
  public init(_ classifier: some Classifier, fitting x: Tensor, dimensions: Int = 0) throws {
    self.classifier = AnyClassifier(classifier)
    configuration = Settings(dimensions: dimensions)
    head = try self.classifier.requiredHead(for: Self.kind)
    let d = head.featureCount
    let kept = dimensions > 0 ? dimensions : d >= 2048 ? 1000 : d >= 768 ? 512 : d / 2
    guard dimensions >= 0, kept < d else {
      throw ClassifierScoreError.invalidSetting(
        name: "dimensions", value: "\(dimensions)", expected: "at least 0 and below the \(d) features")
    }
    let features = try self.classifier.trainingFeatures(x, needed: 2)
    let origin = try Self.origin(of: head)
    let centred = Matrix(features).mapRows(width: d) { rows, count, result in
      for i in 0..<count { for k in 0..<d { result[i * d + k] = rows[i * d + k] - origin[k] } }
    }
    let moments = centred.matrixProduct(centred, transposingSelf: true) * (1 / Double(centred.rows))
    let eigen = try SymmetricEigen(moments)
    residual = eigen.vectors.transposed.rows((0..<d - kept).map(Int32.init))
    self.origin = origin
    let lengths = Self.lengths(Matrix(features), origin, residual)
    let total = lengths.reduce(0, +)
    // What rounding leaves of features that lie in the subspace is no residual.
    let rounding = 1e-6 * moments.diagonal.reduce(0, +).squareRoot()
    guard total / Double(lengths.count) > rounding else {
      throw ClassifierScoreError.noSpread(what: "The features' residuals outside \(kept) dimensions")
    }
    scale = try head.logits(features).withoutOverflow().mapRows { Double($0.max()!) }.reduce(0, +) / total
  }

  public static func fitted(
    to classifier: AnyClassifier, settings: Settings, examples: Tensor?, labels: Indexes?
  ) throws -> ViM { try ViM(classifier, fitting: required(examples), dimensions: settings.dimensions) }

  /// The point whose logits are all 0, or nearest to it; of several the shortest: −(Wᵀ)⁺ b.
  private static func origin(of head: LinearHead) throws -> [Double] {
    let values = try SingularValues(Matrix(head.weight))
    let bias = head.bias.elements.map(Double.init)
    let limit = Double(max(head.featureCount, head.classCount)) * 0x1p-23 * (values.values.first ?? 0)
    // W = U S Vᵀ, so (Wᵀ)⁺ = U S⁻¹ Vᵀ.
    let coordinates = values.values.indices.map { j -> Double in
      guard values.values[j] > limit else { return 0 }
      return bias.indices.reduce(0.0) { $0 + values.rightTransposed[j, $1] * bias[$1] } / values.values[j]
    }
    return (0..<head.featureCount).map { i in
      -coordinates.indices.reduce(0.0) { $0 + values.left[i, $1] * coordinates[$1] }
    }
  }

  /// ‖Rᵀ(f − o)‖ of each row.
  private static func lengths(_ features: Matrix, _ origin: [Double], _ residual: Matrix) -> [Double] {
    squaredNorms(
      features, mean: origin, factor: residual.elements, rank: residual.rows, shape: ood_gaussian_dense
    ).map { $0.squareRoot() }
  }

  public var featureCount: Int { origin.count }

  public func score(checkedFeatures features: Tensor) throws -> [Double] {
    let energies = EnergyScore.energies(of: try head.logits(features).withoutOverflow())
    return zip(Self.lengths(Matrix(features), origin, residual), energies).map { scale * $0 + $1 }
  }

  public func encode(to archive: inout ModelArchive) throws {
    archive["origin"] = .float64(origin, shape: [origin.count])
    archive["residual"] = .float64(residual.elements, shape: [residual.rows, residual.columns])
    archive["scale"] = .float64([scale], shape: [1])
    try archive.setPart("classifier", classifier)
  }

  public init(from archive: ModelArchive) throws {
    configuration = try archive.configuration(as: Settings.self)
    let classifier = try archive.part("classifier", as: AnyClassifier.self)
    self.classifier = classifier
    head = try archive.makingSense { try classifier.requiredHead(for: Self.kind) }
    origin = try archive.finiteDoubles("origin", shape: [head.featureCount])
    residual = try archive.finiteMatrix("residual")
    scale = try archive.finiteDoubles("scale", shape: [1])[0]
    guard residual.columns == origin.count, residual.rows >= 1 else {
      throw ModelFileError.malformed(
        reason: "a residual of \(residual.columns) features where there are \(origin.count)")
    }
  }
}
