import GenModels

/// The laws of models that reconstruct: shapes are kept, each reconstruction and each error depends on its example alone, and the
/// size of the pieces that errors are computed in changes nothing.
///
/// ```swift
/// ReconstructionOracleLaws.violations(of: autoencoder, examples: images)
/// ```
public enum ReconstructionOracleLaws {
  /// - Parameters:
  ///   - model: A model that reconstructs.
  ///   - examples: At least two.
  ///   - expectations: What else is known of it.
  public static func violations(
    of model: some ReconstructionOracle, examples: Tensor,
    expecting expectations: LawExpectations = LawExpectations()
  ) -> [LawViolation] {
    var violations = RefusalLaw.violations(of: "reconstruct", on: examples) { _ = try model.reconstruct($0) }
    violations += RefusalLaw.violations(of: "reconstructionError", on: examples) {
      _ = try model.reconstructionError($0)
    }
    violations += BatchLaw.violations(
      of: "reconstruct", on: examples, tolerance: expectations.batchTolerance
    ) { try model.reconstruct($0).rows }
    for norm in norms(for: examples) {
      violations += BatchLaw.violations(
        of: "reconstructionError by \(norm)", on: examples, tolerance: expectations.batchTolerance
      ) { try model.reconstructionError($0, norm: norm).numbers.map { [$0] } }
      violations += errors(of: model, by: norm, on: examples, tolerance: expectations.batchTolerance)
    }
    return violations
  }

  /// The binary cross-entropy is one of features in 0...1.
  private static func norms(for examples: Tensor) -> [ReconstructionNorm] {
    let isUnit = examples.numbers.allSatisfy { (0...1).contains($0) }
    return ReconstructionNorm.allCases.filter { $0 != .binaryCrossEntropy || isUnit }
  }

  /// Errors are distances from the reconstructions, and `batchSize` has no influence.
  private static func errors(
    of model: some ReconstructionOracle, by norm: ReconstructionNorm, on examples: Tensor, tolerance: Double
  ) -> [LawViolation] {
    var findings = Findings()
    let law = "reconstructionError: the distance from the reconstruction"
    findings.attempt(law, tried: "\(norm)") { findings in
      let answers = try model.reconstruct(examples)
      guard answers.shape == examples.shape else {
        return findings.add(
          "reconstruct: keeps the shape", tried: "a batch \(examples.shape)", found: "\(answers.shape)",
          expected: "the batch's shape")
      }
      let whole = try model.reconstructionError(examples, norm: norm).numbers
      let expected = norm.distances(answers, examples).numbers
      findings.require(
        expected.isSame(as: whole, tolerance: 1e-5), law, tried: "\(norm)", found: whole.summary,
        expected: expected.summary)
      for size in [1, 3] {
        let found = try model.reconstructionError(examples, norm: norm, batchSize: size).numbers
        findings.require(
          whole.isSame(as: found, tolerance: tolerance), "reconstructionError: batchSize has no influence",
          tried: "\(norm), \(size) examples at a time", found: found.summary, expected: whole.summary)
      }
      let threshold = Float(whole.sorted()[whole.count / 2])
      let can = try model.canReconstruct(examples, threshold: threshold, norm: norm)
      findings.require(
        can == whole.map { Float($0) < threshold }, "canReconstruct: the error is below θ",
        tried: "θ = \(threshold)", found: "\(can)", expected: "true where the error is below")
    }
    return findings.violations
  }
}
