import Foundation
import GenModels
import Testing

/// What a file of version 1 holds, loaded. The only place of these tests that knows how files are loaded.
enum VersionOneModel {
  case oracle(kind: String, any ReconstructionOracle)
  case flow(Flow)
  case network(Sequential)

  init(contentsOf path: String) throws {
    switch try ModelCatalogue.generative.load(path) {
    case let flow as Flow: self = .flow(flow)
    case let network as Sequential: self = .network(network)
    case let oracle as any ReconstructionOracle & Model: self = .oracle(kind: type(of: oracle).kind, oracle)
    case let other:
      throw ModelFileError.unexpectedModel(
        found: type(of: other).kind, expected: "a kind that these tests know")
    }
  }

  var kind: String {
    switch self {
    case .oracle(let kind, _): kind
    case .flow: Flow.kind
    case .network: Sequential.kind
    }
  }
}

@Suite("Files that version 1 of the format wrote")
struct VersionOneFileTests {
  @Test(
    "Every file of version 1 loads and computes what it did: with the portable kernels to the bit",
    arguments: VersionOneFixture.modelNames)
  func scores(_ name: String) throws {
    let fixture = try VersionOneFixture(named: name)
    let inputs = fixture.inputs.tensor
    for variant in KernelVariant.available {
      try KernelVariant.using(variant) {
        let model = try VersionOneModel(contentsOf: VersionOneFixture.path(name))
        #expect(model.kind == fixture.kind)
        switch model {
        case .oracle(_, let oracle):
          let errors = try oracle.reconstructionError(inputs).elements.map { Double($0) }
          try expect(errors, fixture.scores, variant, "error")
        case .flow(let flow):
          try expect(flow.logDensity(inputs), fixture.scores, variant, "ln p(x)")
          if let labels = fixture.labels {
            try expect(
              flow.logDensity(inputs, labels: Indexes(labels)), fixture.classScores, variant,
              "ln p(x | class)")
          }
        case .network(let network):
          let y = network(inputs)
          #expect(Array(y.shape) == fixture.outputs?.shape)
          try expect(y.elements.map { Double($0) }, fixture.outputs?.elements, variant, "output")
        }
      }
    }
  }

  @Test(
    "A training of version 1 goes on from its checkpoint, and ends as it would have",
    arguments: VersionOneFixture.checkpointNames)
  func checkpoints(_ name: String) throws {
    let fixture = try VersionOneFixture(named: name)
    let data = try #require(fixture.training)
    let training = try #require(VersionOneTraining(rawValue: data.name))
    for variant in KernelVariant.available {
      try withTemporaryFolder { folder in
        let path = "\(folder)/checkpoint"
        try FileManager.default.copyItem(atPath: VersionOneFixture.path(name), toPath: path)
        var first: Int?
        let outcome = try KernelVariant.using(variant) {
          try training.run(data, inputs: fixture.inputs.tensor, checkpoint: path) { first = first ?? $0.step }
        }
        // A training that had ended takes no step.
        #expect(first == nil || first == data.step + 1)
        // Steps of an adaptive optimizer multiply rounding.
        try expect(outcome.losses, data.losses, variant, "loss", tolerance: 1e-2)
        try expect(
          outcome.validationLosses, data.validationLosses, variant, "validation loss", tolerance: 1e-2)
        #expect(outcome.epoch == data.epoch)
        try expect(outcome.scores, fixture.scores, variant, "score", tolerance: 1e-2)
      }
    }
  }

  @Test("There is a file of version 1 of every kind and of every building block that version 1 had")
  func complete() throws {
    #expect(
      Set(try VersionOneFixture.modelNames.map { try VersionOneFixture(named: $0).kind })
        == ["convolutional-autoencoder", "dense-autoencoder", "flow", "sequential"])
    let trainings = try VersionOneFixture.checkpointNames.map {
      try VersionOneFixture(named: $0).training?.name
    }
    #expect(Set(trainings) == Set(VersionOneTraining.allCases.map(\.rawValue)))

    var found: [String: String] = [:]
    for name in VersionOneFixture.modelNames {
      let metadata = try SafetensorsFile(contentsOf: VersionOneFixture.path(name)).metadata
      found[try #require(metadata["model"]), default: ""] += try #require(metadata["architecture"])
    }
    let blocks = [
      "flow": [
        "coupling", "autoregressive", "activationNormalization", "batchNormalization", "permutation",
        "reversal",
        "linear", "squeeze", "split", "flatten", "logit", "sigmoid", "rescaling", "standardization",
        "inverse",
        "additive", "affine", "spline", "standardNormal", "classGaussians", "logistic", "uniform",
        "classCount",
        "greyLevels",
      ],
      "sequential": [
        "convolution", "winnerTakeAll", "maximumPooling", "dense", "batchNormalization", "dropout",
        "activation",
        "flatten", "reshape", "identity", "relu", "sigmoid", "tanh", "softplus", "leakyReLU", "stride",
        "lifetimeRate",
      ],
      "convolutional-autoencoder": ["plain", "winnerTakeAll", "channelSparsity", "lifetimeRate"],
      "dense-autoencoder": ["outputActivation", "tanh", "leakyReLU", "identity"],
    ]
    for (kind, words) in blocks {
      for word in words {
        #expect(found[kind]?.contains("\"\(word)\"") == true, "no \(kind) of version 1 has \(word)")
      }
    }
    for padding in ["valid", "same", "full"] {
      #expect(found["sequential"]?.contains("\"\(padding)\"") == true)
    }
    let stray = try FileManager.default.contentsOfDirectory(atPath: VersionOneFixture.folder).filter {
      !VersionOneFixture.names.contains(($0 as NSString).deletingPathExtension)
    }
    #expect(stray.isEmpty, "JSON without a file")
  }

  /// Expects equal bits from the portable kernels (see `VersionOneFixture.expectsBits`), and a difference up to `tolerance`
  /// from the others: relative, or absolute for numbers below 1, which are differences of larger ones.
  private func expect(
    _ found: [Double], _ expected: [Double]?, _ variant: KernelVariant, _ what: String,
    tolerance: Double = 1e-5,
    _ location: SourceLocation = #_sourceLocation
  ) throws {
    let expected = try #require(expected)
    try #require(found.count == expected.count)
    for (index, (number, wanted)) in zip(found, expected).enumerated() {
      let isExact = variant.name == "portable" && VersionOneFixture.expectsBits
      let allowed = isExact ? 0 : tolerance * max(1, abs(wanted))
      #expect(
        number == wanted || abs(number - wanted) <= allowed,
        "\(what) \(index), \(variant) kernels: \(number) where version 1 had \(wanted)",
        sourceLocation: location)
    }
  }
}
