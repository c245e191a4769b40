import GenModels
import OODMetrics

extension DetectMethod {
  /// Methods that estimate a density or its support.
  static let densityMethods: [DetectMethod] = [
    DetectMethod("kde", aliases: ["kernel-density"], "kernel density", options: ["kernel", "bandwidth"]) {
      x, options, _ in
      FittedMethod(
        try KernelDensity(
          fitting: x, bandwidth: options.bandwidth.map { .fixed($0) } ?? .scott,
          kernel: options.kernel ?? .gaussian))
    },
    DetectMethod("mahalanobis", "distance by the covariance") { x, _, _ in
      FittedMethod(try Mahalanobis(fitting: x))
    },
    DetectMethod("ledoit-wolf", "distance by the shrunk covariance") { x, _, _ in
      FittedMethod(try Mahalanobis(fitting: x, covariance: .ledoitWolf))
    },
    DetectMethod(
      "mcd", aliases: ["minimum-covariance-determinant"], "distance by a covariance that outliers don't move",
      options: ["support-fraction", "regularization"]
    ) { x, options, random in
      FittedMethod(
        try Mahalanobis(
          fitting: x,
          covariance: .minimumDeterminant(
            supportFraction: options.supportFraction, regularization: options.regularization ?? 0,
            seed: random.seed)))
    },
    DetectMethod(
      "gmm", aliases: ["gaussian-mixture"], "density of a Gaussian mixture",
      options: ["components", "covariance"]
    ) { x, options, random in
      var settings = GaussianMixture.Settings()
      settings.seed = random.seed
      let shape = options.covariance ?? .full
      if let components = options.components {
        return FittedMethod(
          try GaussianMixture(fitting: x, components: components, shape: shape, settings: settings))
      }
      return FittedMethod(
        try GaussianMixture(
          fitting: x, componentsAmong: 1...max(1, min(10, x.rows)), shape: shape, settings: settings))
    },
    DetectMethod(
      "ocsvm", aliases: ["one-class-svm"], "one-class support vector machine", options: ["nu", "gamma"],
      isCompared: false
    ) { x, options, _ in
      FittedMethod(
        try OneClassSVM(fitting: x, nu: options.nu ?? 0.5, kernel: .radial(gamma: options.gamma)))
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
