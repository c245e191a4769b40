import GenModels

/// A base distribution under the laws.
///
/// ```swift
/// BaseDistributionLawCase("logistic", .logistic)
/// BaseDistributionLawCase("class Gaussians", .classGaussians, classCount: 3)
/// ```
public struct BaseDistributionLawCase: Sendable {
  public var name: String
  public var specification: BaseSpecification
  /// Classes of a distribution that the class enters by; nil for none.
  public var classCount: Int?

  public init(_ name: String, _ specification: BaseSpecification, classCount: Int? = nil) {
    self.name = name
    self.specification = specification
    self.classCount = classCount
  }

  /// The name of the description's type in files.
  public var blockName: String { type(of: specification.description).name }
}

/// The laws of base distributions: the integral over one number and over two is 1, draws come from the density, names, files.
///
/// ```swift
/// BaseDistributionLaws.violations(of: lawCase, catalogue: .generative)
/// ```
public enum BaseDistributionLaws {
  /// - Parameters:
  ///   - lawCase: The distribution.
  ///   - catalogue: Knows its description.
  public static func violations(
    of lawCase: BaseDistributionLawCase, catalogue: ModelCatalogue
  ) -> [LawViolation] {
    var findings = Findings()
    let description = lawCase.specification.description
    for features in [1, 2] {
      findings.attempt("base distribution: builds", tried: "\(features) features") { findings in
        let source = TensorSource.drawnByName(from: RandomGenerator(seed: 1))
        let base = try description.distribution(
          features: features, classCount: lawCase.classCount, source)
        findings.require(
          base.features == features && base.hasClasses == description.hasClasses,
          "base distribution: what it says of itself", tried: "\(features) features",
          found: "\(base.features) features, classes: \(base.hasClasses)",
          expected: "\(features) features, classes: \(description.hasClasses)")
        findings.add(
          NamesLaw.violations(of: "base distribution", named: base.namedTensors) {
            try description.distribution(features: features, classCount: lawCase.classCount, $0).namedTensors
          })
        let classes: [Int?] = [nil] + (base.hasClasses ? (0..<(lawCase.classCount ?? 0)).map { $0 } : [])
        for label in classes { findings.add(draws(of: base, label)) }
      }
    }
    findings.add(file(lawCase, catalogue: catalogue))
    return findings.violations.map { $0.of(lawCase.name) }
  }

  /// Density and draws, of one class or of all.
  private static func draws(of base: any BaseDistribution, _ label: Int?) -> [LawViolation] {
    func labels(_ count: Int) -> Indexes? { label.map { Indexes([Int](repeating: $0, count: count)) } }
    func draw(_ count: Int, _ random: inout RandomGenerator) -> Tensor {
      base.sample(count: count, labels: labels(count), temperature: 1, using: &random)
    }
    var random = RandomGenerator(seed: 2)
    let of = label.map { " of class \($0)" } ?? ""
    return SamplerLaws.violations(of: "base distribution's sample\(of)", shape: [base.features], count: 40) {
      draw($0, &$1)
    }
      + DensityIntegralLaw.violations(
        shape: [base.features], tolerance: 0.02, samples: draw(4000, &random)
      ) { base.logDensity($0, labels: labels($0.exampleCount)).numbers }
  }

  /// A flow over the distribution comes back from its file.
  private static func file(_ lawCase: BaseDistributionLawCase, catalogue: ModelCatalogue) -> [LawViolation] {
    var findings = Findings()
    let law = "base distribution: comes back from a file"
    findings.attempt(law, tried: "a Flow over it") { findings in
      let flow = try Flow(
        validating: Flow.Architecture(
          exampleShape: [3], bijections: [.reversal], base: lawCase.specification,
          classCount: lawCase.classCount), seed: 3)
      let bytes = try flow.safetensors().bytes()
      let loaded = try Flow(safetensors: SafetensorsFile(bytes: bytes), catalogue: catalogue)
      findings.require(
        loaded.architecture == flow.architecture, law, tried: "a Flow over it",
        found: "\(loaded.architecture.base.description)", expected: "\(lawCase.specification.description)")
      var (one, two) = (RandomGenerator(seed: 4), RandomGenerator(seed: 4))
      let (found, expected) = (loaded.sample(count: 5, using: &one), flow.sample(count: 5, using: &two))
      findings.require(
        found.numbers.isSame(as: expected.numbers, tolerance: 0), law, tried: "draws of the loaded flow",
        found: found.numbers.summary, expected: expected.numbers.summary)
    }
    return findings.violations
  }
}
