import ArgumentParser
import GenModels
import OODDatasets
import OODDetectors
import OODMetrics

extension DetectMethod {
  /// Methods that estimate a density or its support.
  static let densityMethods: [DetectMethod] = [
    DetectMethod("kde", aliases: ["kernel-density"], "kernel density", options: ["kernel", "bandwidth"]) {
      x, options, _ in
      let density = try KernelDensity(
        fitting: x, bandwidth: options.bandwidth.map { .fixed($0) } ?? .scott,
        kernel: options.kernel ?? .gaussian)
      return FittedMethod(density, leaveOneOutScores: { try density.leaveOneOutScores() ?? [] })
    },
    DetectMethod(
      "mahalanobis", "distance by the covariance", parts: PartFit(Mahalanobis.self) { _ in .init() }
    ) { x, _, _ in
      FittedMethod(try Mahalanobis(fitting: x))
    },
    DetectMethod(
      "ledoit-wolf", "distance by the shrunk covariance",
      parts: PartFit(Mahalanobis.self) { _ in .init(shrinks: true) }
    ) { x, _, _ in
      FittedMethod(try Mahalanobis(fitting: x, covariance: .ledoitWolf))
    },
    DetectMethod(
      "mcd", aliases: ["minimum-covariance-determinant"], "distance by a covariance that outliers don't move",
      options: ["support-fraction", "regularization"]
    ) { x, options, random in
      let estimate = try MinimumCovarianceDeterminant(
        fitting: x, supportFraction: options.supportFraction, regularization: options.regularization ?? 0,
        seed: random.seed)
      if estimate.regularization > 0, options.regularization == nil {
        Console.remark(
          "mcd: \(estimate.support.count) of the \(x.rows) rows lie in fewer dimensions than all do, so the least "
            + "determinant is 0; the estimate is regularised with \(estimate.regularization) of the covariance of "
            + "all rows.")
      }
      return FittedMethod(
        try Mahalanobis(estimate.moments),
        quantities: FitQuantities(
          logDeterminant: estimate.logDeterminant, regularization: estimate.regularization))
    },
    DetectMethod(
      "gmm", aliases: ["gaussian-mixture"], "density of a Gaussian mixture",
      options: ["components", "covariance", "initial-means"]
    ) { x, options, random in
      var settings = GaussianMixture.Settings()
      settings.seed = random.seed
      let shape = options.covariance ?? .full
      if let path = options.initialMeans {
        let means = try NumPy.read(path)
        guard means.shape.count == 2, options.components.map({ $0 == means.shape[0] }) ?? true else {
          throw Failure(
            "\(path): the first means are a table with a row for each component, "
              + "and this array has the shape \(means.shape).")
        }
        let first = Matrix(rows: means.shape[0], columns: means.shape[1], elements: means.doubles())
        return FittedMethod(
          try GaussianMixture(fitting: x, initialMeans: first, shape: shape, settings: settings))
      }
      if let components = options.components {
        return FittedMethod(
          try GaussianMixture(fitting: x, components: components, shape: shape, settings: settings))
      }
      let supported = GaussianMixture.largestComponentCount(rows: x.rows, columns: x.columns, shape: shape)
      if supported < 10 {
        Console.remark(
          "gmm: \(x.rows) rows of \(x.columns) columns support at most \(supported) of 10 components, with two rows for "
            + "each free parameter; --components takes any number.")
      }
      return FittedMethod(
        try GaussianMixture(fitting: x, componentsAmong: 1...10, shape: shape, settings: settings))
    },
    DetectMethod(
      "ocsvm", aliases: ["one-class-svm"], "one-class support vector machine",
      options: ["nu", "kernel", "gamma"],
      isCompared: false
    ) { x, options, _ in
      let kernel: SupportVectorKernel
      switch options.kernel ?? .gaussian {
      case .gaussian: kernel = .radial(gamma: options.gamma)
      case .linear where options.gamma == nil: kernel = .linear
      case .linear: throw ValidationError("The linear kernel has no --gamma.")
      default: throw ValidationError("The kernels of ocsvm are gaussian and linear.")
      }
      let machine = try OneClassSVM(fitting: x, nu: options.nu ?? 0.5, kernel: kernel)
      return FittedMethod(machine, quantities: FitQuantities(objective: machine.objective))
    },
    DetectMethod(
      "lda", aliases: ["topic-model"], "perplexity of a topic model, for tables of counts",
      options: ["topics"],
      isCompared: false
    ) { x, options, random in
      FittedMethod(try TopicModel(fitting: x, topics: options.topics ?? 10, seed: random.seed))
    },
  ]
}

extension FittedMethod {
  fileprivate init(_ mixture: GaussianMixture) {
    self.init(mixture, quantities: FitQuantities(meanLogLikelihood: mixture.fit?.meanLogLikelihood))
  }
}
