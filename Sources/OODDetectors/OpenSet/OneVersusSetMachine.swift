import GenModels

/// The 1-vs-set machine (W. J. Scheirer, A. de Rezende Rocha, A. Sapkota and T. E. Boult, 2013): a linear support vector machine for
/// each class against the others, and a second plane parallel to its own, so that a class is a slab and not half of all space.
///
/// With f(x) = (w·x + b) / ‖w‖ the distance from the machine's plane, a class is nearₖ ≤ fₖ(x) ≤ farₖ; the planes minimise
///
///     (1 − F₁) + δ/δ⁺ + δ⁺/δ,   δ = far − near,   δ⁺ = the spread of the class's own rows,
///
/// the risk on the training rows (F₁ of "within the slab" against "of the class") and the risk of open space, weighted alike and
/// without the paper's pressures on the planes. Planes lie halfway between training rows, and are moved in turn until none gains.
///
/// The score is the least distance outside a slab, maxₖ-wise below 0 inside: minₖ max(nearₖ − fₖ, fₖ − farₖ); above 0 is
/// "unknown". Two classes are needed; for one alone take `OneClassSVM`. Cost: a linear machine for each class; a decision costs classes · d.
public struct OneVersusSetMachine: Model, OpenSetClassifier {
  public static let kind = "one-versus-set-machine"

  /// The unit normal w / ‖w‖ of each class, a row each.
  public let normals: Matrix
  /// b / ‖w‖ of each class.
  public let biases: [Double]
  /// Where each class's slab begins and ends, in distances from its plane.
  public let near, far: [Double]

  /// - Throws: What `SupportVectorClassifier` throws; `TableError.noSpread` for a class whose machine has no direction.
  public init(fitting x: Matrix, labels: Indexes, cost: Double = 1, tolerance: Double = 1e-3) throws {
    let table = try LabelledTable(x, labels, leastClasses: 2)
    var (normals, biases): ([[Double]], [Double]) = ([], [])
    var (near, far): ([Double], [Double]) = ([], [])
    for label in table.rows.indices {
      let isPositive = table.labels.map { $0 == label }
      let machine = try SupportVectorMachine(
        fitting: x, isPositive: isPositive, cost: cost, kernel: .linear, tolerance: tolerance)
      var weights = [Double](repeating: 0, count: x.columns)
      for (i, coefficient) in machine.coefficients.enumerated() {
        for k in weights.indices { weights[k] += coefficient * machine.supportVectors[i, k] }
      }
      let length = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0 else {
        throw TableError.noSpread(what: "The rows of class \(label) and those of the others")
      }
      normals.append(weights.map { $0 / length })
      biases.append(machine.bias / length)
      let slab = Slab(
        Self.distances(x, normals[label], biases[label]), isPositive: isPositive, margin: 1 / length)
      near.append(slab.near)
      far.append(slab.far)
    }
    self.normals = Matrix(normals)
    self.biases = biases
    self.near = near
    self.far = far
  }

  private static func distances(_ x: Matrix, _ normal: [Double], _ bias: Double) -> [Double] {
    let d = x.columns
    return x.rowScores { rows, count, out in
      normal.withUnsafeBufferPointer { normal in
        for i in 0..<count {
          var sum = bias
          for k in 0..<d { sum += rows[i * d + k] * normal[k] }
          out[i] = sum.saturated
        }
      }
    }
  }

  public var exampleShape: Shape { [normals.columns] }
  public var classCount: Int { normals.rows }

  public func decide(checked x: Matrix) throws -> [OpenSetDecision] {
    let outside = (0..<classCount).map { label in
      Self.distances(x, normals.row(label), biases[label]).map {
        max(near[label] - $0, $0 - far[label]).saturated
      }
    }
    return (0..<x.rows).map { i in
      let nearest = outside.indices.min { outside[$0][i] < outside[$1][i] }!
      return OpenSetDecision(
        nearestClass: nearest, isUnknown: outside[nearest][i] > 0, score: outside[nearest][i])
    }
  }

  public var configuration: EmptyConfiguration { EmptyConfiguration() }

  public func encode(to archive: inout ModelArchive) throws {
    archive["normals"] = .float64(normals.elements, shape: [normals.rows, normals.columns])
    for (name, numbers) in [("biases", biases), ("near", near), ("far", far)] {
      archive[name] = .float64(numbers, shape: [numbers.count])
    }
  }

  public init(from archive: ModelArchive) throws {
    normals = try archive.finiteMatrix("normals")
    biases = try archive.finiteDoubles("biases", shape: [normals.rows])
    near = try archive.finiteDoubles("near", shape: [normals.rows])
    far = try archive.finiteDoubles("far", shape: [normals.rows])
    guard zip(near, far).allSatisfy({ $0 <= $1 }), normals.rows >= 1 else {
      throw ModelFileError.malformed(reason: "a class's far plane lies before its near plane")
    }
  }
}

/// The two planes of a class along the distances of the training rows from the machine's plane.
private struct Slab {
  private(set) var near: Double
  private(set) var far: Double

  /// - Parameters:
  ///   - distances: Of all rows.
  ///   - isPositive: Which are of the class; at least one.
  ///   - margin: The width that stands for the spread of a class whose rows are all at one distance.
  init(_ distances: [Double], isPositive: [Bool], margin: Double) {
    let order = distances.indices.sorted { distances[$0] < distances[$1] }
    let sorted = order.map { distances[$0] }
    // How many rows, and how many of the class, lie before each place between rows.
    var positives = [0]
    for row in order { positives.append(positives.last! + (isPositive[row] ? 1 : 0)) }
    let total = positives.last!
    // Planes halfway between rows, and a margin's half beyond the ends.
    let places =
      [sorted[0] - margin / 2]
      + zip(sorted, sorted.dropFirst()).map { $0 + ($1 - $0) / 2 } + [sorted.last! + margin / 2]
    let first = order.firstIndex { isPositive[$0] }!
    let last = order.lastIndex { isPositive[$0] }!
    let spread = sorted[last] > sorted[first] ? sorted[last] - sorted[first] : margin
    func risk(_ a: Int, _ b: Int) -> Double {
      let width = places[b] - places[a]
      guard width > 0 else { return .infinity }
      let right = Double(positives[b] - positives[a])
      let score = 2 * right / Double(b - a + total)
      return 1 - score + width / spread + spread / width
    }
    var (a, b) = (first, last + 1)
    var least = risk(a, b)
    var hasGained = true
    while hasGained {
      hasGained = false
      for place in 0..<b where risk(place, b) < least {
        (least, a, hasGained) = (risk(place, b), place, true)
      }
      for place in a + 1..<places.count where risk(a, place) < least {
        (least, b, hasGained) = (risk(a, place), place, true)
      }
    }
    (near, far) = (places[a], places[b])
  }
}

extension OneVersusSetMachine: LabelledTableFitted {
  public static let summary = "a slab between two planes for each class (Scheirer et al. 2013)"

  public struct FitSettings: Codable, Hashable, Sendable {
    /// C of the linear machines.
    public var cost = 1.0
    public var tolerance = 1e-3
    public init() {}
  }
  public static let defaultFitSettings = FitSettings()

  public static func fitted(to x: Matrix, labels: Indexes, settings: FitSettings) throws
    -> OneVersusSetMachine
  {
    try OneVersusSetMachine(fitting: x, labels: labels, cost: settings.cost, tolerance: settings.tolerance)
  }
}
