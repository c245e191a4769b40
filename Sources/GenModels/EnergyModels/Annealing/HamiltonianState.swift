#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Chains of Hamiltonian Monte Carlo (S. Duane, A. D. Kennedy, B. J. Pendleton and D. Roweth, 1987) between a base and an energy, with
/// what is known at their positions.
struct HamiltonianState {
  private(set) var x: Tensor
  /// E and ln q at x.
  private(set) var energies, baseLogDensities: [Double]
  /// ∇E at x.
  private var slope: Tensor

  init(_ x: Tensor, _ model: some DifferentiableEnergy, _ base: AnnealingBase) {
    self.x = x
    let (energy, gradient) = model.energyWithGradient(x)
    energies = energy.elements.map(Double.init)
    slope = gradient
    baseLogDensities = base.logDensity(x)
  }

  /// −β E + (1 − β) ln q of each chain.
  private func logDensities(_ beta: Double) -> [Double] {
    zip(energies, baseLogDensities).map { (beta == 0 ? 0 : -beta * $0) + (1 - beta) * $1 }
  }

  /// The slope of −ln f_β.
  private func force(_ base: AnnealingBase, _ beta: Double) -> Tensor {
    var force = slope * Float(beta)
    if let own = base.slope(x) { force.add(own, scaledBy: Float(1 - beta)) }
    return force
  }

  /// Moves every chain by leapfrog steps and tests where it comes out. Returns the share of chains that moved.
  mutating func move(
    _ model: some DifferentiableEnergy, _ base: AnnealingBase, beta: Double, leapfrogs: Int, size: Double,
    using random: inout RandomGenerator
  ) -> Double {
    let n = x.exampleCount
    let scale = base.scale * Float(size)
    var momentum = random.normal(x.shape)
    let before = zip(logDensities(beta), momentum.halfSquares).map { $0 - $1 }
    var next = self
    momentum = momentum - scale * next.force(base, beta) * 0.5
    for leap in 0..<leapfrogs {
      var position = next.x + scale * momentum
      base.reflect(&position, &momentum)
      // Numbers that overflowed are no place to be; the test turns them down.
      next = HamiltonianState(position, model, base)
      let kick = scale * next.force(base, beta)
      momentum = momentum - (leap == leapfrogs - 1 ? kick * 0.5 : kick)
    }
    let after = zip(next.logDensities(beta), momentum.halfSquares).map { $0 - $1 }
    let draws = random.uniform([n]).elements
    let moves = (0..<n).map { chain in
      let gain = after[chain] - before[chain]
      return gain.isNaN ? false : Double(draws[chain]) < exp(min(0, gain))
    }
    take(next, where: moves)
    return Double(moves.count { $0 }) / Double(n)
  }

  private mutating func take(_ other: HamiltonianState, where moves: [Bool]) {
    let width = x.count / max(1, x.exampleCount)
    func copy(_ from: Tensor, to target: inout Tensor) {
      target.withUnsafeMutableElements { target in
        for chain in moves.indices where moves[chain] {
          (target.baseAddress! + chain * width).update(from: from.buffer.base + chain * width, count: width)
        }
      }
    }
    copy(other.x, to: &x)
    copy(other.slope, to: &slope)
    for chain in moves.indices where moves[chain] {
      energies[chain] = other.energies[chain]
      baseLogDensities[chain] = other.baseLogDensities[chain]
    }
  }
}

extension Tensor {
  /// ½ Σ x² of each example.
  fileprivate var halfSquares: [Double] {
    flattened().squared().sum(axes: [1]).elements.map { Double($0) / 2 }
  }
}
