import GenModels
import OODMetrics
import Testing

@Suite("Gaussian mixtures")
struct GaussianMixtureTests {
  @Test(
    "From the same start, densities, iterations and BIC are scikit-learn's",
    arguments: [
      (
        CovarianceShape.full, 7, 263.83204620410163,
        [0.5959488280670688, 2.923701014451098, 2.3537046063637805]
      ),
      (.tied, 6, 265.18695325219045, [0.6014942463087398, 3.297906604860573, 2.8290192495273647]),
      (.diagonal, 11, 267.49434757969624, [0.5668396575475477, 2.644491399167546, 2.248254258764338]),
      (.spherical, 19, 271.2474752246223, [0.5167849408974645, 1.8918421836113906, 1.349137975255341]),
    ])
  func reference(shape: CovarianceShape, iterations: Int, bic: Double, scores: [Double]) throws {
    let x = ReferenceTable.training
    let means = Matrix((0..<3).map { x.row($0) })
    let mixture = try GaussianMixture(fitting: x, initialMeans: means, shape: shape)
    #expect(mixture.fit!.iterations == iterations && mixture.fit!.converged)
    #expect(agree(try mixture.score(ReferenceTable.fresh), scores, 1e-8))
    #expect(agree([try mixture.bic(x)], [bic], 1e-8))
  }

  /// Three clusters on a line.
  private static let clusters: Matrix = {
    var x = ReferenceTable.normal(600, 2)
    for i in 0..<600 { x[i, 0] += Double(i % 3) * 12 }
    return x
  }()

  @Test(
    "The BIC finds the number of clusters; the density is normalised", arguments: CovarianceShape.allCases)
  func normalised(shape: CovarianceShape) throws {
    let mixture = try GaussianMixture(fitting: Self.clusters, componentsAmong: 1...5, shape: shape)
    #expect(mixture.weights.count == 3)
    #expect(mixture.weights.allSatisfy { abs($0 - 1.0 / 3) < 0.01 })
    var grid: [[Double]] = []
    for a in 0..<240 { for b in 0..<80 { grid.append([-8 + Double(a) / 6, -8 + Double(b) / 5]) } }
    let total = try mixture.logDensity(Matrix(grid)).reduce(0) { $0 + exponential($1) / 30 }
    #expect(abs(total - 1) < 1e-3)
    var random = RandomGenerator(seed: 4)
    let sample = mixture.sample(count: 3000, using: &random)
    let (found, expected) = (try Moments(of: sample), try Moments(of: Self.clusters))
    #expect(abs(found.mean[0] - expected.mean[0]) < 0.6)
    #expect(abs(found.covariance[0, 0] / expected.covariance[0, 0] - 1) < 0.1)
  }

  @Test("The likelihood never falls from one iteration to the next")
  func monotone() throws {
    var settings = GaussianMixture.Settings()
    (settings.tolerance, settings.regularization) = (0, 0)
    let x = ReferenceTable.normal(400, 3)
    var last = -Double.infinity
    for iterations in 1...12 {
      settings.largestIterationCount = iterations
      let means = Matrix((0..<4).map { x.row($0) })
      let fit = try GaussianMixture(fitting: x, initialMeans: means, settings: settings).fit!
      #expect(fit.meanLogLikelihood >= last - 1e-12)
      last = fit.meanLogLikelihood
    }
  }

  @Test("Repeated and constant rows are fitted with the regularisation; without it they are refused")
  func degenerate() throws {
    let same = Matrix((0..<10).map { _ in [1.0, 2] })
    #expect(try GaussianMixture(fitting: same, components: 2).score(same).allSatisfy(\.isFinite))
    var settings = GaussianMixture.Settings()
    settings.regularization = 0
    #expect(throws: TableError.self) { try GaussianMixture(fitting: same, components: 1, settings: settings) }
    #expect(throws: TableError.self) { try GaussianMixture(fitting: same, components: 11) }
    #expect(throws: TableError.self) { try GaussianMixture(fitting: same, components: 0) }
    let mixture = try GaussianMixture(fitting: same, components: 1)
    #expect(throws: ExampleError.self) { try mixture.score(Matrix([[.nan, 2]])) }
    #expect(throws: TableError.self) {
      try GaussianMixture(weights: [0.5], means: Matrix([[0.0]]), covariances: [Matrix([[1.0]])])
    }
  }
}

@Suite("Kernel density")
struct KernelDensityTests {
  @Test(
    "Densities are scikit-learn's",
    arguments: [
      (DensityKernel.gaussian, [4.9192767449513, 5.143811281374168, 5.012732528634135]),
      (.tophat, [2.9795252857213375, 3.2418895501888287, 3.10212760781367]),
      (.epanechnikov, [2.41307708841217, 2.8201678002659367, 2.681940865746126]),
      (.exponential, [6.421868280488278, 6.624183975258825, 6.525991058078696]),
      (.linear, [2.3400872437418583, 2.7652282513096478, 2.6489496060486943]),
    ])
  func reference(kernel: DensityKernel, scores: [Double]) throws {
    let density = try KernelDensity(fitting: ReferenceTable.training, bandwidth: .fixed(1.2), kernel: kernel)
    #expect(agree(try density.score(ReferenceTable.fresh), scores, 1e-10))
  }

  @Test(
    "Every kernel's density is normalised in one, two and three dimensions",
    arguments: DensityKernel.allCases, 1...3)
  func normalised(kernel: DensityKernel, columns: Int) throws {
    let density = try KernelDensity(
      fitting: Matrix(rows: 2, columns: columns, elements: (0..<2 * columns).map { Double($0 % 2) * 0.3 }),
      bandwidth: .fixed(kernel == .exponential ? 0.35 : 0.8), kernel: kernel)
    let side = [4000, 220, 60][columns - 1]
    let step = 10.0 / Double(side)
    var total = 0.0
    for slab in 0..<side {
      var points: [Double] = []
      for cell in 0..<(columns == 1 ? 1 : columns == 2 ? side : side * side) {
        points.append(-5 + (Double(slab) + 0.5) * step)
        if columns > 1 { points.append(-5 + (Double(cell % side) + 0.5) * step) }
        if columns > 2 { points.append(-5 + (Double(cell / side) + 0.5) * step) }
      }
      let logs = try density.logDensity(
        Matrix(rows: points.count / columns, columns: columns, elements: points))
      for value in logs { total += exponential(value) }
    }
    for _ in 0..<columns { total *= step }
    #expect(abs(total - 1) < 0.02)
  }

  @Test("Bandwidths follow their rules, and cross-validation prefers the right order of magnitude")
  func bandwidths() throws {
    let x = ReferenceTable.normal(500, 2)
    #expect(agree([try KernelDensity(fitting: x, bandwidth: .scott).bandwidth], [0.35495366597555705], 1e-12))
    #expect(
      agree([try KernelDensity(fitting: x, bandwidth: .silverman).bandwidth], [0.35495366597555705], 1e-12))
    let chosen = try KernelDensity(
      fitting: x, bandwidth: .crossValidated(candidates: [0.001, 0.01, 0.1, 0.4, 3, 30]))
    #expect(chosen.bandwidth == 0.4)
    #expect(throws: TableError.self) { try KernelDensity(fitting: x, bandwidth: .fixed(0)) }
    #expect(throws: TableError.self) {
      try KernelDensity(fitting: x, bandwidth: .crossValidated(candidates: []))
    }
  }

  @Test("Far away, smooth kernels stay finite and compact ones are infinite; no score is NaN")
  func farAway() throws {
    let x = ReferenceTable.normal(100, 3)
    let far = Matrix([[1e6, 0, 0]])
    for kernel in DensityKernel.allCases {
      let score = try KernelDensity(fitting: x, bandwidth: .fixed(0.5), kernel: kernel).score(far)[0]
      #expect(score > 1e3)
      #expect(score.isFinite == (kernel == .gaussian || kernel == .exponential))
    }
  }

  @Test("Samples have the density's moments", arguments: DensityKernel.allCases)
  func sample(kernel: DensityKernel) throws {
    let density = try KernelDensity(fitting: Matrix([[3.0, -1]]), bandwidth: .fixed(2), kernel: kernel)
    var random = RandomGenerator(seed: 7)
    let sample = density.sample(count: 4000, using: &random)
    let moments = try Moments(of: sample)
    #expect(abs(moments.mean[0] - 3) < 0.25 && abs(moments.mean[1] + 1) < 0.25)
    // E r² / 2 per coordinate, for a radius density proportional to K(r) r.
    let variance: [DensityKernel: Double] = [
      .gaussian: 1, .tophat: 0.25, .epanechnikov: 1.0 / 6, .exponential: 3, .linear: 0.15,
      .cosine: 0.1607,
    ]
    #expect(abs(moments.covariance[0, 0] / 4 / variance[kernel]! - 1) < 0.12)
  }
}
