import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

extension GaussianMixture {
  /// A Gaussian with a weight, ready for evaluation.
  struct Component: Sendable {
    let mean: [Double]
    /// L⁻¹ with Σ = L·Lᵀ: [d, d], or its diagonal [d].
    let factor: [Double]
    /// L in the same shape.
    let lower: [Double]
    let kernelShape: ood_gaussian_shape
    /// ln π − ½ ln det(2πΣ).
    let logWeight: Double

    init(number: Int, weight: Double, mean: [Double], covariance: MixtureCovariance) throws {
      let d = mean.count
      let logDeterminant: Double
      switch covariance {
      case .full(let covariance):
        guard let gaussian = Concentration(mean: mean, covariance: covariance.elements, leastPivot: 0) else {
          throw Self.singular(number)
        }
        factor = gaussian.factor
        lower = try Cholesky(covariance).factor.elements
        logDeterminant = gaussian.logDeterminant
        kernelShape = ood_gaussian_lower
      case .diagonal(let variances):
        guard variances.allSatisfy({ $0 > 0 }) else { throw Self.singular(number) }
        lower = variances.map { $0.squareRoot() }
        factor = lower.map { 1 / $0 }
        logDeterminant = variances.reduce(0) { $0 + log($1) }
        kernelShape = ood_gaussian_diagonal
      }
      self.mean = mean
      logWeight = log(weight) - 0.5 * (logDeterminant + Double(d) * log(2 * .pi))
    }

    private static func singular(_ number: Int) -> TableError {
      .singularCovariance(
        advice:
          "component \(number) of the mixture has no volume; raise the regularization, use fewer components or "
          + "another covariance shape, or remove columns that depend on others")
    }

    /// Coordinate `a` of L·normal.
    func spread(_ a: Int, _ normal: [Double]) -> Double {
      if kernelShape == ood_gaussian_diagonal { return lower[a] * normal[a] }
      var sum = 0.0
      for k in 0...a { sum += lower[a * mean.count + k] * normal[k] }
      return sum
    }
  }
}

/// Memory for evaluating a mixture on some rows at a time.
struct MixturePiece: ~Copyable {
  /// Rows in a piece, at most.
  static let rows = 512

  /// ln of the joint densities, then responsibilities: `rows` places a component.
  let logs: Scratch<Double>
  /// ln p(x).
  let logSums: Scratch<Double>
  private let scratch: Scratch<Double>
  private let dimensions: Int

  init(components: Int, dimensions: Int) {
    logs = Scratch(components * Self.rows)
    logSums = Scratch(Self.rows)
    scratch = Scratch(ood_active_kernels().pointee.gaussian.norms_scratch(dimensions))
    self.dimensions = dimensions
  }

  /// Fills `logs` with responsibilities and `logSums`.
  func evaluate(_ x: UnsafePointer<Double>, _ count: Int, _ components: [GaussianMixture.Component]) {
    joint(x, count, components)
    ood_active_kernels().pointee.gaussian.responsibilities(
      logs.base, components.count, count, Self.rows, logSums.base)
  }

  /// Fills `logs` with the logarithms of the joint densities.
  func joint(_ x: UnsafePointer<Double>, _ count: Int, _ components: [GaussianMixture.Component]) {
    let padded = (count + 7) / 8 * 8
    for (j, component) in components.enumerated() {
      let to = logs.base + j * Self.rows
      ood_active_kernels().pointee.gaussian.squared_norms(
        x, count, dimensions, component.mean, component.factor, dimensions, component.kernelShape, to,
        scratch.base)
      for i in 0..<count { to[i] = component.logWeight - 0.5 * to[i] }
      for i in count..<padded { to[i] = 0 }
    }
  }
}
