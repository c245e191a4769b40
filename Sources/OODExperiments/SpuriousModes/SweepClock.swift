import GenModels

/// How much of a sweep's work is done, and how long the rest will take.
///
/// Models differ by factors of a hundred in time, so that their number says little. Work is estimated from multiply-adds: for
/// each trained image three times a pass through the network, for each measured one a pass.
public struct SweepClock: Sendable {
  private var work: [String: Double] = [:]
  /// Done of each model's work, 0...1, and what an earlier run had done of it.
  private var done: [String: Double] = [:]
  private var before: [String: Double] = [:]

  /// - Parameters:
  ///   - points: The models to come.
  ///   - imageShape: Height, width and channels.
  ///   - trainingImages: Images in an epoch.
  ///   - measuredImages: Passes through a model when it is measured.
  public init(_ points: [SweepPoint], imageShape: Shape, trainingImages: Int, measuredImages: Int) {
    for point in points {
      work[point.name] = Self.work(
        of: point, imageShape: imageShape, trainingImages: trainingImages, measuredImages: measuredImages)
    }
  }

  /// The part of a model's time that its training takes; measuring is the rest.
  public static let trainingPart = 0.95

  /// The estimate of a model's work, in multiply-adds.
  static func work(
    of point: SweepPoint, imageShape: Shape, trainingImages: Int, measuredImages: Int
  ) -> Double {
    let trained = 3 * Double(point.epochs) * Double(trainingImages)
    return (trained + Double(measuredImages)) * point.multiplyAdds(imageShape: imageShape)
  }

  /// Notes that a model is done to this part.
  public mutating func update(_ name: String, part: Double) {
    if before[name] == nil { before[name] = part < 0.999 ? max(0, part) : 0 }
    done[name] = max(done[name] ?? 0, min(1, part))
  }

  /// Notes that an earlier run had finished a model.
  public mutating func skip(_ name: String) { (before[name], done[name]) = (1, 1) }

  /// The part of all work that is done, earlier runs included.
  public var part: Double {
    let all = work.values.reduce(0, +)
    return all > 0 ? work.reduce(0) { $0 + $1.value * (done[$1.key] ?? 0) } / all : 1
  }

  /// Seconds that the rest will take at the rate since the start of this run; nil while nothing is done.
  public func secondsLeft(after seconds: Double) -> Double? {
    let own = work.reduce(0) { $0 + $1.value * ((done[$1.key] ?? 0) - (before[$1.key] ?? 0)) }
    guard own > 0, seconds > 0 else { return nil }
    let left = work.reduce(0) { $0 + $1.value * (1 - (done[$1.key] ?? 0)) }
    return left / own * seconds
  }
}

extension SweepPoint {
  /// Multiply-adds of a pass of one image, winner-take-all's sparse layer aside, with what moving each activation costs
  /// counted as 60 more.
  func multiplyAdds(imageShape: Shape) -> Double {
    let taps = Double(kernel * kernel)
    var sum = 0.0
    func add(shrunk: Int, from: Int, to: Int, isSparse: Bool = false) {
      let pixels = Double((imageShape[0] - shrunk * (kernel - 1)) * (imageShape[1] - shrunk * (kernel - 1)))
      sum += pixels * Double(to) * ((isSparse ? 0 : taps * Double(from)) + 60)
    }
    for layer in 1...layers {
      add(shrunk: layer, from: layer == 1 ? imageShape[2] : maps, to: layer == layers ? bottleneck : maps)
      add(
        shrunk: layers - layer, from: maps, to: layer == layers ? imageShape[2] : maps, isSparse: layer == 1)
    }
    return sum
  }
}
