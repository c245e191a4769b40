import GenModels

/// The kernel of a support vector machine.
public enum SupportVectorKernel: Sendable, Hashable, Codable {
  /// x·y.
  case linear
  /// e^(−γ |x − y|²). Without γ: 1 / (d · variance of all entries), scikit-learn's "scale"; 1 when all entries are
  /// equal.
  case radial(gamma: Double? = nil)
}

/// A kernel with its parameters known.
struct ResolvedKernel: Sendable, Hashable, Codable {
  /// γ; nil for the linear kernel.
  let gamma: Double?

  init(_ kernel: SupportVectorKernel, _ x: Matrix) throws(TableError) {
    switch kernel {
    case .linear: gamma = nil
    case .radial(let gamma?):
      guard gamma > 0, gamma.isFinite else {
        throw .invalidSetting(name: "gamma", value: "\(gamma)", expected: "above 0 and finite")
      }
      self.gamma = gamma
    case .radial(nil):
      guard x.elements.contains(where: { $0 != x.elements[0] }) else {
        gamma = 1
        return
      }
      let count = Double(x.elements.count)
      let mean = x.elements.reduce(0, +) / count
      let variance = x.elements.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      gamma = (1 / (Double(x.columns) * variance)).saturated
    }
  }
}
