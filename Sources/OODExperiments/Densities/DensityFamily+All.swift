import GenModels

extension DensityFamily {
  /// The density families of the library, each with the settings that suit a plane.
  public static let all: [DensityFamily] =
    classical + flows + continuous + others
    + energies + generators

  private static let classical = [
    DensityFamily("Kernel density", source: "Parzen 1962", sampling: "a point and noise") { x, _, _ in
      let fitted = try KernelDensity(fitting: Matrix(x), bandwidth: .fixed(0.12))
      return FittedDensity(table: fitted, parameters: x.count)
    },
    DensityFamily("Gaussian mixture, 40", source: "Dempster et al. 1977", sampling: "one draw") { x, _, _ in
      let fitted = try GaussianMixture(fitting: Matrix(x), components: 40)
      return FittedDensity(table: fitted, parameters: fitted.parameterCount)
    },
    DensityFamily("Factor analysis, 1", source: "Rubin, Thayer 1982", sampling: "one draw") { x, _, _ in
      let fitted = try FactorAnalysis(fitting: Matrix(x), factors: 1)
      return FittedDensity(table: fitted, parameters: 6)
    },
  ]

  private static let flows = [
    flow("Real NVP", source: "Dinh et al. 2017", sampling: "one pass", .realNVP(features: 2)),
    flow("Glow", source: "Kingma, Dhariwal 2018", sampling: "one pass", .glow(features: 2)),
    flow(
      "Spline flow", source: "Durkan et al. 2019", sampling: "one pass",
      .splineFlow(features: 2, couplings: 8, hidden: [96, 96], bins: 32, bound: 3)),
    flow(
      "Masked autoregressive flow", source: "Papamakarios et al. 2017", sampling: "D passes",
      .maskedAutoregressive(features: 2)),
    flow(
      "Inverse autoregressive flow", source: "Kingma et al. 2016", sampling: "one pass",
      .inverseAutoregressive(features: 2), times: 0.5),
  ]

  private static let continuous = [
    network(
      "Continuous flow", source: "Grathwohl et al. 2019", sampling: "an equation", rate: 5e-3, times: 0.5
    ) { seed, _ in
      ContinuousFlow(.vectors(features: 2, objective: .likelihood(kinetic: 0.01)), seed: seed)
    },
    // Steps that solve nothing are cheap, and learn from a noisy regression: many of them.
    network(
      "Flow matching", source: "Lipman et al. 2023", sampling: "an equation", rate: 2e-3, times: 12
    ) { seed, _ in
      ContinuousFlow(
        .vectors(
          features: 2, hidden: [128, 128, 128], activation: .softplus, frequencies: 3, sharpness: 4,
          objective: .matching(FlowMatching(pairing: .independent, times: .late))), seed: seed)
    },
  ]

  private static let others = [
    network("MADE, normal conditionals", source: "Germain et al. 2015", sampling: "D passes") { seed, _ in
      GaussianMADE(.init(exampleShape: [2], hidden: [64, 64], activation: .tanh), seed: seed)
    },
    DensityFamily(
      "Variational autoencoder", source: "Kingma, Welling 2014", likelihood: .bound, sampling: "one pass"
    ) { x, settings, progress in
      let model = VariationalAutoencoder(
        .dense(exampleShape: [2], hidden: [64, 64], latent: 2, observation: .gaussian), seed: settings.seed)
      let trained = try model.train(
        on: x, settings: DensityTraining(trainer: trainer(settings, 1e-3, times: 1)), progress: progress
      ).model
      return FittedDensity(
        ImportanceSampledDensity(trained, samples: 100, seed: settings.seed),
        parameters: trained.parameterCount)
    },
  ]

  private static let energies = [
    energy("Energy, sliced score matching", source: "Song et al. 2019", SlicedScoreMatching()),
    energy("Energy, noise contrast", source: "Gutmann, Hyvärinen 2010", NoiseContrastiveEstimation()),
  ]

  private static let generators = [
    DensityFamily(
      "Wasserstein GAN", source: "Gulrajani et al. 2017", likelihood: .none, sampling: "one pass"
    ) { x, settings, progress in
      var training = AdversarialTraining.wasserstein
      training.trainer.epochs = settings.epochs()
      training.trainer.batchSize = settings.batchSize
      training.trainer.seed = settings.seed
      training.trainer.optimizer = Adam(learningRate: 1e-3, beta1: 0, beta2: 0.9)
      training.trainer.schedule = .cosine()
      let model = GenerativeAdversarialNetwork(
        .dense(exampleShape: [2], hidden: [64, 64], latent: 4, divergence: .wasserstein),
        seed: settings.seed)
      let trained = try model.train(on: x, settings: training, progress: progress).model
      return FittedDensity(sampler: trained, parameters: trained.parameterCount)
    }
  ]

  /// An energy, which is drawn from by chains.
  private static func energy(
    _ name: String, source: String, _ criterion: some EnergyCriterion
  ) -> DensityFamily {
    DensityFamily(name, source: source, likelihood: .unnormalized, sampling: "a chain") {
      x, settings, progress in
      let trained = try EnergyModel(.dense(features: 2), seed: settings.seed).train(
        on: x, by: criterion, trainer: trainer(settings, 5e-3, times: 2), progress: progress
      ).model
      let chains = LangevinDynamics.unadjusted(stepSize: 0.01, steps: 400)
      return FittedDensity(energy: trained, parameters: trained.parameterCount) { count, random in
        try trained.sample(count: count, by: chains, using: &random)
      }
    }
  }

  private static func trainer(_ settings: DensitySettings, _ rate: Double, times: Double) -> Trainer {
    Trainer(
      optimizer: Adam(learningRate: rate), epochs: settings.epochs(times: times),
      batchSize: settings.batchSize, seed: settings.seed, schedule: .warmUp(steps: 50, then: .cosine()),
      clipping: .norm(10))
  }

  /// A network that is trained as all are.
  private static func network<Model: TrainableDensity & DensityModel>(
    _ name: String, source: String, sampling: String, rate: Double = 2e-3, times: Double = 1,
    _ make: @escaping @Sendable (UInt64, DensitySettings) -> Model
  ) -> DensityFamily where Model.Examples == Tensor {
    DensityFamily(name, source: source, sampling: sampling) { x, settings, progress in
      let trained = try make(settings.seed, settings).train(
        on: x, settings: DensityTraining(trainer: trainer(settings, rate, times: times)), progress: progress
      ).model
      return FittedDensity(trained, parameters: trained.parameterCount)
    }
  }

  private static func flow(
    _ name: String, source: String, sampling: String, _ architecture: Flow.Architecture, times: Double = 1
  ) -> DensityFamily {
    network(name, source: source, sampling: sampling, times: times) { seed, _ in
      Flow(architecture, seed: seed)
    }
  }
}
