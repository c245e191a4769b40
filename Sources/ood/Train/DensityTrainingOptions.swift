import ArgumentParser
import GenModels
import OODDatasets

/// What networks that learn a distribution of levels or numbers are trained with.
struct DensityTrainingOptions: ParsableArguments {
  @OptionGroup var options: TrainOptions
  @Option(
    help: ArgumentHelp("Measure the loss here after each epoch, and keep the best one's.", valueName: "spec"))
  var validation: String?
  @Option(help: "Bound on the gradient's norm; 0 for none.") var clip = 0.0
  @Option(
    help: ArgumentHelp(
      "bernoulli, logistic (a mixture over grey levels), categorical or gaussian; the default is bernoulli for data of 0 and 1 alone, "
        + "logistic for images and gaussian for other data.", valueName: "name"))
  var observation: ObservationName?
  @Option(help: "Grey levels of logistic and categorical observations [256].") var levels: Int?
  @Option(help: "Logistics in a mixture [5 for autoregressive models, 1 for others].") var mixtures: Int?
  @Flag(help: "Draw 0 or 1 anew in each step, with the pixels as probabilities of 1.") var binarize = false
  @Flag(help: "Lower the rate along a cosine to 0.") var cosine = false

  func validate() throws {
    guard clip >= 0, clip.isFinite else {
      throw ValidationError("--clip is 0 or more, and \(clip) was given.")
    }
    try requireOption("--levels", levels, in: 2...65_536)
    try requireOption("--mixtures", mixtures, in: 1...1000)
    if binarize, let observation, observation != .bernoulli {
      throw ValidationError("--binarize makes data of 0 and 1, and --observation is \(observation.rawValue).")
    }
    if observation == .bernoulli || observation == .gaussian || binarize, levels != nil || mixtures != nil {
      throw ValidationError("--levels and --mixtures are for logistic and categorical observations.")
    }
  }

  /// Observation models by their names on the command line.
  enum ObservationName: String, CaseIterable, ExpressibleByArgument {
    case bernoulli, logistic, categorical, gaussian
  }

  /// What a model is made for.
  struct Purpose {
    let shape: [Int]
    let observation: ObservationModel
    let classCount: Int?
    var isImages: Bool { shape.count == 3 }
  }

  /// What stands in the data, unless it was said.
  private func observation(of data: Dataset, mixtures usual: Int) -> ObservationModel {
    let isBinary = binarize || data.examples.withUnsafeElements { $0.allSatisfy { $0 == 0 || $0 == 1 } }
    switch observation ?? (isBinary ? .bernoulli : data.examples.rank == 4 ? .logistic : .gaussian) {
    case .bernoulli: return .bernoulli
    case .gaussian: return .gaussian
    case .categorical: return .categorical(levels: levels ?? 256)
    case .logistic: return .discretizedLogistic(mixtures: mixtures ?? usual, levels: levels ?? 256)
    }
  }

  /// Trains what `make` makes, saves it, and reports.
  ///
  /// - Parameters:
  ///   - recipe: The trainer, where nothing else is said.
  ///   - mixtures: The usual number of logistics.
  ///   - isConditional: Whether the model is told the labels.
  ///   - make: The model for the data.
  func run(
    recipe: Trainer, mixtures: Int = 5, isConditional: Bool = false,
    _ make: (Purpose) throws -> any TrainableDensity
  ) throws {
    let outputs = try options.outputs()
    let dataset = try options.loadData()
    let held = try validation.map { try options.load($0, like: dataset) }
    guard !isConditional || dataset.labels != nil else {
      throw Failure("\(options.data) has no labels, and --class-conditional needs them.")
    }
    let classes = isConditional ? (dataset.labels!.elements.max() ?? 0) + 1 : nil
    let observation = observation(of: dataset, mixtures: mixtures)
    let purpose = Purpose(
      shape: Array(dataset.examples.shape.dropFirst()), observation: observation, classCount: classes)
    let model: any TrainableDensity
    do { model = try make(purpose) } catch ModelFileError.malformed(let reason) {
      throw Failure("No such model can be made: \(reason).")
    }
    var trainer = recipe
    if clip > 0 { trainer.clipping = .norm(clip) }
    if cosine { trainer.schedule = .cosine() }
    trainer = try options.trainer(trainer, outputs)
    if held != nil { trainer.earlyStopping = EarlyStopping(patience: 1 << 20) }
    let rounded = try dataset.rounded(to: observation, options.data)
    try train(
      model, on: rounded, held: held.map { try $0.rounded(to: observation, validation!) },
      settings: DensityTraining(trainer: trainer, binarizes: binarize),
      levels: observation.levels, isConditional, outputs)
  }

  private func train<Model: TrainableDensity>(
    _ model: Model, on dataset: Dataset, held: Dataset?, settings: DensityTraining, levels: Int?,
    _ isConditional: Bool, _ outputs: Outputs
  ) throws {
    let report = try options.train(to: outputs, columns: dataset.columns) { progress in
      try naming(options.data) {
        try model.train(
          on: dataset.examples, labels: isConditional ? dataset.labels : nil,
          validation: held.map { ($0.examples, isConditional ? $0.labels : nil) }, settings: settings,
          progress: progress)
      }
    }
    if options.format == .json { return try JSONOutput.print(report) }
    try report.print(.text)
    guard levels != nil else { return }
    let numbers = Double(model.exampleShape.elementCount) * logarithm(2)
    Console.result(
      "bits        \((report.loss / numbers).rounded(digits: 4)) per dimension in the last epoch")
  }
}

extension Dataset {
  /// Images whose pixels are between the grey levels of an observation, as drawn ones are, moved to the nearest; said on the way.
  fileprivate func rounded(to observation: ObservationModel, _ specification: String) throws -> Dataset {
    guard let levels = observation.levels, levels > 2, examples.rank == 4 else { return self }
    let rounded = examples.roundedToLevels(levels)
    guard rounded != examples else { return self }
    Console.remark("The pixels of \(specification) are rounded to \(levels) levels.")
    return Dataset(name: name, summary: summary, examples: rounded, labels: labels, classNames: classNames)
  }
}

/// Whole numbers separated by commas.
func wholeNumbers(_ text: String) -> [Int] {
  text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
}
