import Foundation
import GenModels
import OODDatasets
import OODDetectors
import OODExperiments
import OODMetrics

/// Writes small valid files for each target with a mutator of its own into CORPUS/TARGET.
@main enum StructuredSeeds {
  static func main() throws {
    let corpus = CommandLine.arguments[1]
    func write(_ target: String, _ seeds: [[UInt8]]) throws {
      for (number, bytes) in seeds.enumerated() {
        try OutputPlace.write(bytes, to: "\(corpus)/\(target)/seed-\(number)")
      }
    }
    let archives = try detectors().map { try $0.archive().file().bytes() }
    try write("Archive", archives)
    try write("Safetensors", Array(archives.prefix(4)) + [plainFile()])
    try write("Configuration", try configurations())
    try write("Checkpoint", try [1, 3, 5, 9].map(checkpoint))
    let grid = SweepGrid(
      [
        SweepPoint(layers: 1, bottleneck: 2),
        SweepPoint(layers: 2, bottleneck: 4, channelSparsity: 0.5, epochs: 0),
      ],
      recipe: .fast)
    try write("Grid", [try grid.json()])
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    var other = SmallRecord.record
    other.name = "other"
    let lines = try [SmallRecord.record, other].map { [UInt8](try encoder.encode($0)) }
    try write("Records", [lines[0], lines[0] + [10] + lines[1] + [10]])
    try write("Panel", [[UInt8](try encoder.encode(SmallRecord.measured.panel))])
  }

  private static func plainFile() -> [UInt8] {
    var file = SafetensorsFile(metadata: ["a": "b"])
    file["x"] = .float32(Tensor([1, 2, 3, 4], shape: [2, 2]))
    file["n"] = .int32(Indexes([1, 2]))
    file["h"] = .other(.float16, bytes: [0, 60, 0, 64], shape: [2])
    file["l"] = .other(.int64, bytes: [UInt8](repeating: 1, count: 8), shape: [1])
    return file.bytes()
  }

  private static func configurations() throws -> [[UInt8]] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func seed(_ kind: UInt8, _ architecture: some Encodable) throws -> [UInt8] {
      [kind] + (try encoder.encode(architecture))
    }
    let layers: [LayerSpecification] = [
      .convolution(channels: 2, kernel: 3), .winnerTakeAll(channelSparsity: 0.25), .batchNormalization,
      .maximumPooling(window: 2), .flatten, .dense(units: 3, activation: .relu), .dropout(probability: 0.1),
    ]
    return [
      try seed(
        0,
        ConvolutionalAutoencoder.Architecture(
          height: 8, width: 8, channels: 1, layers: 2, maps: 2, bottleneckMaps: 2, kernel: 3)),
      try seed(1, DenseAutoencoder.Architecture(features: 6, hidden: [4, 2], outputActivation: .sigmoid)),
      try seed(2, Sequential(layers, exampleShape: [8, 8, 1], seed: 0).configuration),
      try seed(3, Flow.Architecture.realNVP(features: 4, couplings: 2, hidden: [3])),
      try seed(3, Flow.Architecture.glow(images: [8, 8, 1], levels: 2, steps: 1, hiddenChannels: 2)),
      try seed(3, Flow.Architecture.splineFlow(features: 3, couplings: 2, hidden: [3], bins: 4)),
      try seed(3, Flow.Architecture.maskedAutoregressive(features: 3, layers: 2, hidden: [3])),
      try seed(
        3,
        Flow.Architecture.realNVP(
          images: [8, 8, 1], levels: 1, couplings: 2, hiddenChannels: 2, classCount: 2)),
    ]
  }

  /// The checkpoint of the small training after some steps.
  private static func checkpoint(after steps: Int) throws -> [UInt8] {
    struct Stop: Error {}
    let path = NSTemporaryDirectory() + "/ood-fuzz-seed-\(getpid())-\(steps)"
    defer { unlink(path) }
    do {
      try SmallTraining.run(path, steps: 1) { if $0.step == steps { throw Stop() } }
    } catch is Stop {}
    return try readFile(path)
  }

  private static func readFile(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  }

  /// A detector of every kind, fitted to ten rows.
  private static func detectors() throws -> [any TableScorer] {
    let values = (0..<20).map { (i: Int) -> Double in Double(i * 7 % 20 + (i == 3 ? 9 : 0)) }
    let x = Matrix(rows: 10, columns: 2, elements: values)
    let random = RandomGenerator(seed: 1)
    let knn = try NearestNeighbours(fitting: x, neighbours: 2)
    var all: [any TableScorer] = [
      try ThreeSigmaDetector(fitting: x), try MedianDeviationDetector(fitting: x),
      try HBOS(fitting: x, bins: .fixed(3)),
      try ECOD(fitting: x), try COPOD(fitting: x),
      try LODA(fitting: x, projections: 2, bins: .fixed(3), using: random),
      try IsolationForest(fitting: x, trees: 2, sampleSize: 6, using: random),
      try ExtendedIsolationForest(fitting: x, trees: 2, sampleSize: 6, using: random),
      try PrincipalComponentDetector(fitting: x), knn, try NeighbourGraphIndegree(fitting: x, neighbours: 2),
      try LocalOutlierFactor(fitting: x, neighbours: 2),
      try ClusterScorer(fitting: x, clusters: 2, random: random),
      try KernelDensity(fitting: x), try Mahalanobis(fitting: x),
      try GaussianMixture(fitting: x, components: 2), try OneClassSVM(fitting: x),
      try TopicModel(fitting: x, topics: 2, seed: 1),
      Detector(knn, threshold: try .contamination(0.1, of: knn.score(x))),
    ]
    all.append(
      try PreparedScorer(fitting: x, imputesMedians: true, standardizes: true) {
        try NearestNeighbours(fitting: $0, neighbours: 2)
      })
    return all
  }
}
