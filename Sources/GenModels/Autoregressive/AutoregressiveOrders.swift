/// In which orders, and through which units, an autoregressive network sees its features: the members of an ensemble that shares
/// weights (M. Germain, K. Gregor, I. Murray and H. Larochelle, 2015, sections 4.2 and 4.3).
public struct AutoregressiveOrders: Sendable, Hashable, Codable {
  /// Number of members: training draws one for each step, the density is the average over all.
  public var count = 1
  /// Whether each member has an order of features of its own; else all take them as they stand.
  public var shufflesFeatures = false
  /// Whether each member deals the degrees to the hidden units anew, so that the masks differ.
  public var shufflesUnits = false
  /// Decides the orders.
  public var seed: UInt64 = 0

  public init(
    count: Int = 1, shufflesFeatures: Bool = false, shufflesUnits: Bool = false, seed: UInt64 = 0
  ) {
    self.count = count
    self.shufflesFeatures = shufflesFeatures
    self.shufflesUnits = shufflesUnits
    self.seed = seed
  }

  /// The sentence that says what is wrong, nil when nothing is.
  var problem: String? {
    guard (1...4096).contains(count) else { return "there are 1 to 4096 orders, not \(count)" }
    return count == 1 || shufflesFeatures || shufflesUnits
      ? nil : "\(count) orders are all the same unless features or units are shuffled"
  }

  /// What a member sees.
  struct Member: Sendable {
    /// The feature at each place of the order; nil as they stand.
    let features: [Int]?
    /// The unit at each place of each hidden layer; nil as they stand.
    let units: [[Int]]?
  }

  func members(features: Int, hidden: [Int]) -> [Member] {
    (0..<count).map { number in
      let random = RandomGenerator(seed: seed).split("order").split(UInt64(number))
      var order = random.split("features")
      return Member(
        features: shufflesFeatures ? order.permutation(features).elements : nil,
        units: shufflesUnits
          ? hidden.enumerated().map { layer, units in
            var deal = random.split("units").split(UInt64(layer))
            return deal.permutation(units).elements
          } : nil)
    }
  }
}
