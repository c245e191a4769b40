import GenModels
import OODLaws
import OODMetrics
import Testing

/// Models that are wrong in one way each: the law that is meant to see it does, and right ones break none.
@Suite("Wrong models are found out")
struct WrongModelTests {
  private static let rows = Matrix(
    rows: 30, columns: 1, elements: (0..<30).map { Double(($0 * 7) % 30) / 10 - 1.45 })
  private static let numbers = Tensor(rows)
  private static let far = Matrix([[50], [-80]])

  private func expect(
    _ law: String, in violations: [LawViolation], sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let laws = Set(violations.map(\.law)).sorted()
    #expect(laws.contains { $0.hasPrefix(law) }, "found \(laws)", sourceLocation: sourceLocation)
  }

  private func expectNone(_ violations: [LawViolation], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(violations.isEmpty, "\(violations)", sourceLocation: sourceLocation)
  }

  // MARK: Scorers and files

  private func violations<Scorer: ToyScorer>(_ scorer: Scorer) -> [LawViolation] {
    let lawCase = ModelLawCase(
      Scorer.kind, kind: Scorer.kind, inliers: Self.rows, outliers: Self.far, make: { scorer })
    return ModelLaws.violations(of: lawCase, catalogue: .standard.adding(Scorer.self))
  }

  @Test("Scorers")
  func scorers() {
    expectNone(violations(MagnitudeScorer()))
    expect("score: batch independence", in: violations(BatchDependentScorer()))
    expect("score: finite examples have finite answers", in: violations(NaNScorer()))
    expect("score: higher is further out", in: violations(UpsideDownScorer()))
    expect("score: diversity", in: violations(ConstantScorer()))
    expect("score: another shape is refused", in: violations(CarelessScorer()))
    expect("score: nan is refused", in: violations(CarelessScorer()))
    expect("contributions: make up the score", in: violations(WrongContributions()))
  }

  @Test("Explanations and fits")
  func fits() {
    let pairs = Matrix(rows: 15, columns: 2, elements: Self.rows.elements)
    expect(
      "contributions: the feature that is far out",
      in: ExplainableScorerLaws.violations(of: WrongBlame(), on: pairs))
    let fits = violations(CarelessFit())
    expect("fitted: the same table and seed, the same model", in: fits)
    expect("fitted: what can't be fitted to is refused", in: fits)
    let uneven = ModelLawCase("uneven", kind: MagnitudeScorer.kind, inliers: Self.rows) {
      MagnitudeScorer(scale: Double(Parallelism.threads))
    }
    expect(
      "model: made the same on any number of threads",
      in: ModelLaws.violations(of: uneven, catalogue: .standard.adding(MagnitudeScorer.self)))
  }

  @Test("Files")
  func files() throws {
    expectNone(violations(ForgetfulScorer()))
    expect("file: the same answers", in: violations(ForgetfulScorer(scale: 3)))
    let unknown = ModelLawCase("unknown", kind: MagnitudeScorer.kind, inliers: Self.rows) {
      MagnitudeScorer()
    }
    expect("file: saved and loaded", in: ModelLaws.violations(of: unknown, catalogue: .standard))
    let misnamed = ModelLawCase("misnamed", kind: "other", inliers: Self.rows) { MagnitudeScorer() }
    expect(
      "file: the kind",
      in: ModelLaws.violations(of: misnamed, catalogue: .standard.adding(MagnitudeScorer.self)))
    let silent = ModelLawCase("silent", kind: TablePreparation.kind, inliers: Self.rows) {
      try TablePreparation(fitting: Self.rows, imputesMedians: false, standardizes: true)
    }
    expect("file: there is something to ask", in: ModelLaws.violations(of: silent, catalogue: .standard))
    let failing = ModelLawCase("failing", kind: "other", inliers: Self.rows) { throw CancellationError() }
    expect("model: is made", in: ModelLaws.violations(of: failing, catalogue: .standard))
  }

  @Test("Damage that a file without a checksum does not show")
  func damage() throws {
    let model = DenseAutoencoder(.init(features: 6, hidden: [5, 3]), seed: 1)
    let sealed = try model.safetensors()
    // As networks' files of version 1 were: without a checksum.
    var unsealed = SafetensorsFile(metadata: [
      "format": "swift-ood", "format_version": "1", "model": DenseAutoencoder.kind,
      "architecture": sealed.metadata["configuration"] ?? "",
    ])
    for name in sealed.names { unsealed[name] = sealed[name] }
    let x = LawData.unit([4, 6], seed: 1)
    let expected = try model.reconstruct(x)
    func violations(_ file: SafetensorsFile) -> [LawViolation] {
      FileDamageLaws.violations(bytes: file.bytes(), flips: 200, catalogue: .generative) { loaded in
        guard let loaded = loaded as? DenseAutoencoder else { return false }
        return (try? loaded.reconstruct(x)) == expected
      }
    }
    expectNone(violations(sealed))
    expect("file: damage is refused", in: violations(unsealed))
  }

  @Test("Kinds and blocks without a law case")
  func coverage() {
    let catalogue = ModelCatalogue.empty.adding(MagnitudeScorer.self).adding(NaNScorer.self)
      .adding(block: Squaring.Description.self)
    let kinds = ModelLaws.uncovered(kindsOf: catalogue, by: [NaNScorer.kind])
    #expect(kinds.map(\.tried) == ["the kind toy-magnitude"])
    let blocks = ModelLaws.uncovered(blocksOf: .layer, in: catalogue, by: [])
    #expect(blocks.map(\.tried) == ["the layer squaring"])
    #expect(catalogue.blockFamilies == [.layer])
  }

  // MARK: Capabilities

  @Test("Densities")
  func densities() {
    func violations(_ density: ToyDensity) -> [LawViolation] {
      DensityLaws.violations(of: density, examples: Self.numbers) + SamplerLaws.violations(of: density)
    }
    expectNone(violations(ToyDensity()))
    expect("logDensity: integrates to 1", in: violations(ToyDensity(bonus: 0.6931472)))
    expect("sample: draws come from the density", in: violations(ToyDensity(drawnDeviation: 2)))
    expect("sample: other seed, other draws", in: violations(ToyDensity(isSeeded: false)))
  }

  @Test("Conditional densities")
  func conditional() {
    func violations(_ density: ToyConditional) -> [LawViolation] {
      ClassConditionalDensityLaws.violations(of: density, examples: Self.numbers)
        + ContextConditionalDensityLaws.violations(
          of: density, examples: Self.numbers, context: Self.numbers * 0.5)
        + DensityLaws.violations(of: density, examples: Self.numbers)
    }
    expectNone(violations(ToyConditional()).filter { !$0.law.contains("finite examples") })
    expect("logDensity: the average over", in: violations(ToyConditional(averages: false)))
  }

  @Test("Bounds and energies")
  func bounds() {
    expectNone(DensityBoundLaws.violations(of: ToyBound(), examples: Self.numbers))
    expect(
      "logDensityBound of 1 draws: batch independence",
      in: DensityBoundLaws.violations(of: ToyBound(drawsByPlace: true), examples: Self.numbers))
    let far = Tensor(Self.far)
    expectNone(UnnormalizedEnergyLaws.violations(of: ToyBound(), examples: Self.numbers, outliers: far))
    expect(
      "energy: low means probable",
      in: UnnormalizedEnergyLaws.violations(
        of: ToyBound(isUpsideDown: true), examples: Self.numbers, outliers: far))
  }

  @Test("Classifiers and models that reconstruct")
  func networks() {
    expectNone(ClassifierLaws.violations(of: ToyClassifier(), examples: Self.numbers))
    expect(
      "probabilities: sum to 1",
      in: ClassifierLaws.violations(of: ToyClassifier(isInfinite: true), examples: Self.numbers))
    let x = Self.numbers.reshaped([15, 2])
    expectNone(ReconstructionOracleLaws.violations(of: ToyOracle(), examples: x))
    let wrong = ReconstructionOracleLaws.violations(of: ToyOracle(dependsOnPieces: true), examples: x)
    expect("reconstruct: batch independence", in: wrong)
    expect("reconstructionError: batchSize has no influence", in: wrong)
  }

  // MARK: Blocks

  @Test("Bijections")
  func bijections() {
    func violations(_ description: Stretching.Description) -> [LawViolation] {
      let lawCase = BijectionLawCase(
        "stretching", .init(description), exampleShape: [3], malformedShapes: [[2, 2, 1]])
      return BijectionLaws.violations(
        of: lawCase, catalogue: .standard.adding(block: Stretching.Description.self))
    }
    expectNone(violations(.init()))
    expect(
      "bijection: the log-determinant is the Jacobian's", in: violations(.init(forgetsDeterminant: true)))
    expect("bijection: round trip", in: violations(.init(undoesOther: true)))
    let unknown = BijectionLawCase("stretching", .init(Stretching.Description()), exampleShape: [3])
    expect(
      "bijection: comes back from a file", in: BijectionLaws.violations(of: unknown, catalogue: .standard))
  }

  @Test("Layers")
  func layers() {
    func violations(_ description: Squaring.Description) -> [LawViolation] {
      let lawCase = LayerLawCase(
        "squaring", .init(description), exampleShape: [4], malformedShapes: [[2, 2, 1]])
      return LayerLaws.violations(of: lawCase, catalogue: .standard.adding(block: Squaring.Description.self))
    }
    expectNone(violations(.init()))
    expect("layer in use, by the input: gradient", in: violations(.init(cutsGradient: true)))
    expect("layer: visits the tensors that it asked for", in: violations(.init(misnames: true)))
    expect("layer: comes back from a file", in: violations(.init(misnames: true)))
    expect("layer: output shape", in: violations(.init(saysOtherShape: true)))
    expect("layer: what makes no sense is refused", in: violations(.init(asksFirst: true)))
  }

  @Test("Base distributions")
  func baseDistributions() {
    func violations(_ description: ToyBase.Description) -> [LawViolation] {
      BaseDistributionLaws.violations(
        of: BaseDistributionLawCase("toy", .init(description)),
        catalogue: .standard.adding(block: ToyBase.Description.self))
    }
    expectNone(violations(.init()))
    expect("logDensity: integrates to 1", in: violations(.init(doubles: true)))
    expect("sample: draws come from the density", in: violations(.init(drawsElsewhere: true)))
  }
}
