import GenModels
import OODDatasets
import OODExperiments
import OODLaws
import Testing

extension ModelLawCase: CustomTestStringConvertible {
  public var testDescription: String { name }

  /// Every kind of the catalogue. A new one is added to the cases of its family.
  static let all =
    DetectorCases.all + StatisticsCases.all + NetworkCases.all + DensityNetworkCases.all + ScoreCases.all
    + ContinuousFlowCases.all
    + ClassifierCases.all + AdversarialCases.all + EnergyCases.all
}

extension LayerLawCase: CustomTestStringConvertible {
  public var testDescription: String { name }
}

extension BijectionLawCase: CustomTestStringConvertible {
  public var testDescription: String { name }
}

extension BaseDistributionLawCase: CustomTestStringConvertible {
  public var testDescription: String { name }
}

@Suite("The laws of every kind and every block of the catalogue")
struct CatalogueLawTests {
  /// Notes each violation as an issue of its own.
  private func expectNone(_ violations: [LawViolation]) {
    for violation in violations { Issue.record("\(violation)") }
  }

  @Test("Models and their files", arguments: ModelLawCase.all)
  func models(_ lawCase: ModelLawCase) {
    expectNone(ModelLaws.violations(of: lawCase, catalogue: .complete))
  }

  @Test("Layers", arguments: LayerCases.all)
  func layers(_ lawCase: LayerLawCase) {
    expectNone(LayerLaws.violations(of: lawCase, catalogue: .complete))
  }

  @Test("Bijections", arguments: BijectionCases.all)
  func bijections(_ lawCase: BijectionLawCase) {
    expectNone(BijectionLaws.violations(of: lawCase, catalogue: .complete))
  }

  @Test("Base distributions", arguments: BaseDistributionCases.all)
  func baseDistributions(_ lawCase: BaseDistributionLawCase) {
    expectNone(BaseDistributionLaws.violations(of: lawCase, catalogue: .complete))
  }

  @Test("Complexity measures", arguments: ImageCompressor.allCases)
  func complexities(_ compressor: ImageCompressor) {
    expectNone(
      ComplexityMeasureLaws.violations(
        of: ImageComplexity([compressor]), on: LawData.images(12, side: 5, seed: 4)))
  }

  @Test("A file of models inside models, deeper than any may be, is refused in linear time")
  func nesting() { expectNone(NestedFileLaws.violations(catalogue: .complete)) }

  @Test("Every kind and every block of the catalogue is under the laws")
  func coverage() {
    let catalogue = ModelCatalogue.complete
    expectNone(ModelLaws.uncovered(kindsOf: catalogue, by: ModelLawCase.all.map(\.kind)))
    let covered: [BlockFamily: [String]] = [
      .layer: LayerCases.all.map(\.blockName), .bijection: BijectionCases.all.map(\.blockName),
      .baseDistribution: BaseDistributionCases.all.map(\.blockName), .complexity: [ImageComplexity.name],
    ]
    for family in catalogue.blockFamilies {
      expectNone(ModelLaws.uncovered(blocksOf: family, in: catalogue, by: covered[family] ?? []))
    }
  }
}
