#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Grids as files: `{"recipe": "fast", "models": [{"layers": 2, "bottleneck": 64}, ...]}`.
///
/// `recipe` is `fast` or `paper`. A model needs `layers` and `bottleneck`; `maps` (128), `kernel` (5), `channel_sparsity`
/// (0), `channel_stride` (none), `corruption` (0), `epochs` (the recipe's) and `seed` (0) may be left out. Any other key is an error.
extension SweepGrid {
  /// The grid in a file's bytes; `name` stands in errors.
  /// - Throws: `SweepError.malformedGrid` with what is wrong.
  public init(json: [UInt8], name: String) throws(SweepError) {
    let file: GridFile
    do {
      file = try JSONDecoder().decode(GridFile.self, from: Data(json))
    } catch let error as DecodingError {
      throw .malformedGrid(file: name, reason: error.sentence)
    } catch {
      throw .malformedGrid(file: name, reason: "\(error)")
    }
    guard !file.models.isEmpty else { throw .malformedGrid(file: name, reason: "it has no models") }
    let points = file.models.map { $0.point(recipe: file.recipe) }
    for (index, point) in points.enumerated() {
      if let fault = point.fault { throw .malformedGrid(file: name, reason: "at models[\(index)], \(fault)") }
    }
    var seen: Set<SweepPoint> = []
    for (index, point) in points.enumerated() where !seen.insert(point).inserted {
      throw .malformedGrid(file: name, reason: "models[\(index)] occurs twice")
    }
    self.init(points, recipe: file.recipe)
  }

  /// The grid as a file.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    return Array(try encoder.encode(GridFile(self)))
  }
}

/// A grid's file.
private struct GridFile: Codable {
  enum CodingKeys: String, CodingKey, CaseIterable { case recipe, models }

  let recipe: SweepPoint.Recipe
  let models: [Entry]

  init(_ grid: SweepGrid) {
    recipe = grid.recipe
    models = grid.points.map(Entry.init)
  }

  init(from decoder: any Decoder) throws {
    try decoder.refuseKeys(but: CodingKeys.self)
    let container = try decoder.container(keyedBy: CodingKeys.self)
    recipe = try container.decode(SweepPoint.Recipe.self, forKey: .recipe)
    models = try container.decode([Entry].self, forKey: .models)
  }

  /// One model.
  struct Entry: Codable {
    enum CodingKeys: String, CodingKey, CaseIterable {
      case layers, maps, bottleneck, kernel, corruption, epochs, seed
      case channelSparsity = "channel_sparsity"
      case channelStride = "channel_stride"
    }

    let layers, bottleneck: Int
    let maps, kernel, epochs, channelStride: Int?
    let channelSparsity, corruption: Double?
    let seed: UInt64?

    init(_ point: SweepPoint) {
      (layers, bottleneck, maps, kernel) = (point.layers, point.bottleneck, point.maps, point.kernel)
      (channelSparsity, corruption) = (point.channelSparsity, point.corruption)
      (epochs, seed, channelStride) = (point.epochs, point.seed, point.channelStride)
    }

    init(from decoder: any Decoder) throws {
      try decoder.refuseKeys(but: CodingKeys.self)
      let container = try decoder.container(keyedBy: CodingKeys.self)
      layers = try container.decode(Int.self, forKey: .layers)
      bottleneck = try container.decode(Int.self, forKey: .bottleneck)
      maps = try container.decodeIfPresent(Int.self, forKey: .maps)
      kernel = try container.decodeIfPresent(Int.self, forKey: .kernel)
      epochs = try container.decodeIfPresent(Int.self, forKey: .epochs)
      channelSparsity = try container.decodeIfPresent(Double.self, forKey: .channelSparsity)
      channelStride = try container.decodeIfPresent(Int.self, forKey: .channelStride)
      corruption = try container.decodeIfPresent(Double.self, forKey: .corruption)
      seed = try container.decodeIfPresent(UInt64.self, forKey: .seed)
    }

    func point(recipe: SweepPoint.Recipe) -> SweepPoint {
      SweepPoint(
        layers: layers, maps: maps ?? 128, bottleneck: bottleneck, kernel: kernel ?? 5,
        channelSparsity: channelSparsity ?? 0, channelStride: channelStride, corruption: corruption ?? 0,
        epochs: epochs ?? (recipe == .paper ? 100 : 10), seed: seed ?? 0, recipe: recipe)
    }
  }
}

/// Any key of a JSON object.
private struct AnyKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}

extension Decoder {
  /// Throws for a key that is not one of these: a misspelt setting must not be passed over.
  fileprivate func refuseKeys<Key: CodingKey & CaseIterable>(but type: Key.Type) throws {
    let known = type.allCases.map(\.stringValue)
    let container = try container(keyedBy: AnyKey.self)
    guard let unknown = container.allKeys.map(\.stringValue).sorted().first(where: { !known.contains($0) })
    else { return }
    throw DecodingError.dataCorrupted(
      .init(
        codingPath: codingPath,
        debugDescription:
          "there is no setting \"\(unknown)\"; there are \(known.sorted().joined(separator: ", "))"))
  }
}

extension DecodingError {
  /// What is wrong and where, as the end of a sentence.
  var sentence: String {
    func place(_ context: Context, _ key: (any CodingKey)? = nil) -> String {
      let path = context.codingPath + (key.map { [$0] } ?? [])
      let text = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
      return text.isEmpty ? "" : "at \(text.hasPrefix(".") ? String(text.dropFirst()) : text), "
    }
    func plain(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }
    switch self {
    case .keyNotFound(let key, let context): return place(context, key) + "a value is missing"
    case .typeMismatch(let type, let context): return place(context) + "the value is no \(type)"
    case .valueNotFound(let type, let context): return place(context) + "there is no \(type)"
    case .dataCorrupted(let context): return place(context) + plain(context.debugDescription)
    @unknown default: return "\(self)"
    }
  }
}
