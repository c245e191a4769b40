#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The masked autoencoder for distribution estimation, whatever is said of each feature: what `MADE` and `GaussianMADE` share.
struct MaskedAutoencoder: Parameterized {
  let architecture: Architecture
  var network: MaskedNetwork

  /// What the parameters' shapes follow from.
  struct Architecture: Sendable {
    var exampleShape: [Int]
    var hidden: [Int]
    var activation: Activation
    var observation: ObservationModel
    var orders: AutoregressiveOrders
    var hasDirectConnections: Bool
  }

  init(_ architecture: Architecture, _ tensors: TensorSource) throws(ModelFileError) {
    let extents = architecture.exampleShape
    guard (1...3).contains(extents.count), extents.allSatisfy({ (1...1 << 20).contains($0) }),
      extents.reduce(1.0, { $0 * Double($1) }) <= Double(1 << 20)
    else {
      throw .malformed(reason: "an autoregressive network takes examples of 1 to 2²⁰ numbers, not \(extents)")
    }
    if let problem = architecture.observation.problem { throw .malformed(reason: problem) }
    try architecture.activation.requireSense()
    self.architecture = architecture
    let features = extents.reduce(1, *)
    let count = architecture.observation.parameterCount()
    guard architecture.orders.problem == nil, Double(features) * Double(count) <= Double(1 << 24) else {
      throw .malformed(
        reason: architecture.orders.problem ?? "\(features) features can't have \(count) numbers each")
    }
    network = try MaskedNetwork(
      features: features, hidden: architecture.hidden, parametersPerFeature: count,
      activation: architecture.activation, orders: architecture.orders,
      isDirect: architecture.hasDirectConnections,
      outputBias: architecture.observation.initialBias(channels: 1, features: features),
      tensors.under("network"))
  }

  mutating func visitParameters(with visitor: ParameterVisitor) { visitor.visit("network", &network) }

  /// ln p of each example under one order, in nats, `[batch]`.
  func logDensities<Value: TensorAlgebra>(of x: Value, member: Int) -> Value {
    let ordered = network.ordered(x.flattened(), by: member)
    return architecture.observation.logDensity(
      ofExamples: ordered, given: network(ordered: ordered, member: member))
  }

  /// ln of the average of p over all orders, in nats, `[batch]`.
  func logDensities<Value: TensorAlgebra>(of x: Value) -> Value {
    let count = network.members.count
    guard count > 1 else { return logDensities(of: x, member: 0) }
    let terms = (0..<count).map { logDensities(of: x, member: $0).reshaped([x.shape[0], 1]) }
    return Value.concatenate(terms, axis: 1).logSumExp() - logf(Float(count))
  }

  /// The mean of −ln p: under an order drawn for the step in training, else under all.
  func loss(_ x: Tensor, _ scope: TrainingScope) -> Variable {
    let count = network.members.count
    let value = scope.constant(x)
    guard scope.context.isTraining, count > 1 else { return -logDensities(of: value).mean() }
    let member = scope.context.withRandom { $0.integers(1, below: count).elements[0] }
    return -logDensities(of: value, member: member).mean()
  }

  /// Draws, or what is known with the rest drawn; `known` and `x` are `[count, features]`.
  func sample(
    count: Int, known: (x: Tensor, marks: Tensor)? = nil, using random: inout RandomGenerator
  ) -> Tensor {
    let (features, members) = (network.features, network.members.count)
    let chosen = members == 1 ? nil : random.integers(count, below: members).elements
    var rows = [Tensor](repeating: .zeros([0, features]), count: members)
    var places = [Int](repeating: 0, count: count)
    for member in 0..<members {
      let own = chosen.map { chosen in (0..<count).filter { chosen[$0] == member } } ?? Array(0..<count)
      for (position, row) in own.enumerated() { places[row] = position }
      guard !own.isEmpty else { continue }
      let given = known.map { ($0.x.rows(Indexes(own)), $0.marks.rows(Indexes(own))) }
      rows[member] = fill(rows: own.count, member: member, known: given, using: &random)
    }
    guard let chosen else { return rows[0] }
    var starts = [0]
    for part in rows { starts.append(starts.last! + part.shape[0]) }
    return Tensor.concatenate(rows, axis: 0).rows(
      Indexes((0..<count).map { starts[chosen[$0]] + places[$0] }))
  }

  private func fill(
    rows: Int, member: Int, known: (x: Tensor, marks: Tensor)?, using random: inout RandomGenerator
  ) -> Tensor {
    let order = network.members[member].features
    let observation = architecture.observation
    let found = network.fill(rows: rows, member: member) { place, parameters in
      let drawn = observation.sample(parameters, using: &random)
      guard let known else { return drawn }
      let feature = order?[place] ?? place
      let marks = known.marks.sliced(axis: 1, feature..<feature + 1)
      return drawn * (1 - marks) + known.x.sliced(axis: 1, feature..<feature + 1) * marks
    }
    guard let order else { return found }
    var places = order
    for (place, feature) in order.enumerated() { places[feature] = place }
    return found.channels(places)
  }
}
