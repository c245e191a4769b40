import Foundation
import OODDatasets
import OODExperiments

/// A sweep's directory with seven models whose errors are known, written as JSON by hand: the page is held to the files'
/// format, and not to whatever the types write.
struct SweepPageFixture {
  let directory: String
  /// A name that would end an element, or a text in quotes.
  static let hostileName = "</script><b>signs & \"marks\"</b>"
  static let controls = ["symbols", hostileName]
  static let steps = 400

  /// One model: its configuration, and how large errors are.
  struct Model {
    let layers, bottleneck: Int
    let sparsity, corruption: Double
    /// The largest error of test images and of each control set; errors are spread evenly up to it.
    let digits: Double
    let symbols: [Double]
    let objectness: Double?
    var name: String {
      "L\(layers)-m8-b\(bottleneck)-k5-rho\(sparsity)-p\(corruption)-fast-e2-s18446744073709551615"
    }
  }

  static let models = [
    Model(
      layers: 1, bottleneck: 2, sparsity: 0, corruption: 0, digits: 160, symbols: [190, 170], objectness: 1.5),
    Model(
      layers: 1, bottleneck: 8, sparsity: 0, corruption: 0, digits: 90, symbols: [150, 120], objectness: 3.25),
    Model(
      layers: 1, bottleneck: 32, sparsity: 0, corruption: 0, digits: 30, symbols: [35, 33], objectness: 2.75),
    Model(
      layers: 2, bottleneck: 8, sparsity: 0, corruption: 0, digits: 60, symbols: [100, 140], objectness: 5.5),
    Model(
      layers: 2, bottleneck: 8, sparsity: 0.5, corruption: 0, digits: 52, symbols: [160, 180],
      objectness: 7.125),
    Model(
      layers: 2, bottleneck: 8, sparsity: 0, corruption: 0.1, digits: 70, symbols: [130, 96], objectness: 6.5),
    Model(
      layers: 3, bottleneck: 32, sparsity: 0.5, corruption: 0.1, digits: 48, symbols: [75, 81],
      objectness: nil),
  ]
  static let testCount = 200
  static let controlCounts = [100, 150]

  /// Writes models.jsonl, and images of all models but the last.
  init(withObjectness: Bool = true) throws {
    directory = NSTemporaryDirectory() + "/ood-page-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    var lines: [String] = []
    for model in Self.models {
      lines.append(try Self.json(Self.record(model, withObjectness: withObjectness)))
      if model.name != Self.models.last?.name {
        try write(Self.json(Self.panel(model)), to: model.name + ".panel.json")
      }
    }
    try write(lines.joined(separator: "\n") + "\n", to: "models.jsonl")
  }

  func remove() { try? FileManager.default.removeItem(atPath: directory) }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: directory + "/" + name))
  }

  static func json(_ value: [String: Any]) throws -> String {
    String(decoding: try JSONSerialization.data(withJSONObject: value, options: [.sortedKeys]), as: UTF8.self)
  }

  /// Of `count` errors spread evenly up to `largest`, those below θ.
  static func reconstructed(_ count: Int, upTo largest: Double, below theta: Double) -> Int {
    (1...count).count { Double($0) / Double(count) * largest < theta }
  }

  static func record(_ model: Model, withObjectness: Bool = true) -> [String: Any] {
    func rate(_ successes: Int, _ trials: Int) -> [String: Any] {
      [
        "estimate": Double(successes) / Double(trials), "low": 0, "high": 1, "successes": successes,
        "trials": trials,
      ]
    }
    func curve(_ count: Int, _ largest: Double) -> [Int] {
      (0...steps).map { reconstructed(count, upTo: largest, below: Double($0) * 0.5) }
    }
    let sets = Array(zip(controlCounts, model.symbols))
    let interval: [String: Any] = ["estimate": 0.25, "low": 0.125, "high": 0.375]
    let objectness: Any = withObjectness ? model.objectness.map { $0 as Any } ?? NSNull() : NSNull()
    return [
      "name": model.name, "parameters": 1234, "loss": 0.0125, "epochs_done": 2, "theta": 50,
      "controls": controls,
      "configuration": [
        "layers": model.layers, "maps": 8, "bottleneck": model.bottleneck, "kernel": 5,
        "channel_sparsity": model.sparsity, "corruption": model.corruption, "epochs": 2, "seed": UInt64.max,
        "recipe": "fast",
      ] as [String: Any],
      "irr": rate(reconstructed(testCount, upTo: model.digits, below: 50), testCount),
      "orr": sets.map { rate(reconstructed($0, upTo: $1, below: 50), $0) },
      "delta": sets.map { _ in interval }, "auroc": [0.75, 0.5], "best_theta": [40, 45],
      "best_delta": [0.25, 0.5],
      "delta_mean": interval, "delta_min": interval, "best_mean_theta": 42, "best_mean_delta": 0.375,
      "curves": [
        "step": 0.5, "steps": steps, "in": curve(testCount, model.digits),
        "controls": sets.map { curve($0, $1) },
      ] as [String: Any],
      "recall": (0..<3).map { ["class": $0, "successes": 10 * $0, "trials": 40] },
      "objectness": objectness, "frechet_distance": NSNull(), "mean_discrepancy": NSNull(),
      "missing_classes": NSNull(), "look_like_domain": [0.5, NSNull()] as [Any], "parzen": -120.5,
      "unique_share": 0.875, "converged": rate(12, 16), "train_seconds": 3.5, "evaluate_seconds": 1.5,
      "panel": model.name + ".panel.json", "model": model.name + ".safetensors",
    ]
  }

  /// Candidates with the errors 5, 15, 25, ...
  static func candidates(_ count: Int) -> [Double] { (0..<count).map { Double(10 * $0 + 5) } }

  static func panel(_ model: Model) throws -> [String: Any] {
    func strip(_ errors: [Double]) throws -> [String: Any] {
      let pixels = (0..<(4 * 4 * errors.count)).map { UInt8($0 * 37 % 256) }
      let bitmap = Bitmap(width: 4 * errors.count, height: 4, channels: 1, pixels: pixels)
      return [
        "count": errors.count, "png": Data(PNG.bytes(of: bitmap)).base64EncodedString(), "errors": errors,
      ]
    }
    let (digits, symbols) = (
      try strip(candidates(12)), [try strip(candidates(10)), try strip(candidates(8))]
    )
    return [
      "width": 4, "height": 4, "digits": digits, "digit_reconstructions": digits, "symbols": symbols,
      "symbol_reconstructions": symbols, "generated": try strip([0, 0.5, 1, 0]),
      "trajectory": try (0..<3).map { _ in try strip([0, 1]) }, "iterations": [0, 1, 5],
    ]
  }
}
