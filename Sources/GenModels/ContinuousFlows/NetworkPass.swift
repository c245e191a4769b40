import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A time-dependent network on some rows, on one thread, fused: its value, the products of its Jacobian with tangents, the divergence
/// that they give, and the gradients of all that.
///
/// A row of the state is [y, extra numbers]; its derivative is [v, Σₜ eₜ · J eₜ, |v|², Σₜ |J eₜ|²], as many of these as the state has columns.
/// With the unit vectors as tangents e the second is the divergence and the last ‖J‖²; with random signs they are Hutchinson's
/// estimates of both. The cost of a row is that of 1 + `tangents` rows through the network.
final class NetworkPass: @unchecked Sendable {
  private let sizes: [Int]
  private let activation: ood_tangent_function
  private let frequencies, timeFeatures: Int
  private let layers: [Layer]
  let features, tangents, columns: Int
  /// The tangents of each example of the chunk, `[examples, tangents, features]`; nil for the unit vectors.
  private let probes: Tensor?
  private let firstProbe: Int
  private let inputs, moments, rowProbes: Buffer<Float>
  private let sums, outputs, shifts, factors: [Buffer<Float>]
  private var hasUnitProbes = false
  /// Made when the first gradient is asked for.
  private lazy var upstreams = [Buffer<Float>(count: widest), Buffer<Float>(count: widest)]
  private let widest: Int
  private lazy var shiftGradient = Buffer<Float>(count: capacity * (sizes.max() ?? 0))
  private lazy var factorGradient = Buffer<Float>(count: capacity * (sizes.max() ?? 0))
  private let capacity: Int

  private struct Layer {
    let weight, shift: Tensor
    let gate: Tensor?
  }

  /// - Parameters:
  ///   - network: Whose parameters are used.
  ///   - capacity: Rows at most.
  ///   - columns: Numbers of a state: the features, and up to three more.
  ///   - tangents: Tangents of a row; 0 where the value alone is wanted.
  ///   - probes: The tangents of all examples, or nil for unit vectors.
  ///   - firstProbe: The row of `probes` that is the chunk's first example's.
  init(
    _ network: TimeDependentNetwork, capacity: Int, columns: Int, tangents: Int, probes: Tensor? = nil,
    firstProbe: Int = 0
  ) {
    sizes = network.sizes
    activation = network.activation == .tanh ? ood_tangent_tanh : ood_tangent_softplus
    frequencies = network.frequencies
    timeFeatures = network.timeFeatures
    layers = network.layers.map {
      Layer(weight: $0.weight.tensor, shift: $0.shift.tensor, gate: $0.gate?.tensor)
    }
    features = network.features
    self.tangents = tangents
    self.columns = columns
    self.probes = probes
    self.firstProbe = firstProbe
    self.capacity = capacity
    let parts = capacity * (1 + tangents)
    inputs = Buffer(count: parts * network.features)
    moments = Buffer(count: capacity * network.timeFeatures)
    rowProbes = Buffer(count: capacity * tangents * network.features)
    let widths = Array(network.sizes.dropFirst())
    sums = widths.map { Buffer(count: parts * $0) }
    outputs = widths.map { Buffer(count: parts * $0) }
    shifts = widths.map { Buffer(count: capacity * $0) }
    factors = zip(network.layers, widths).map { Buffer(count: $0.gate == nil ? 0 : capacity * $1) }
    widest = parts * (network.sizes.max() ?? 0)
  }

  // MARK: Forward

  /// Writes the derivatives of `rows` states, `[rows, columns]`; see `ChunkField`.
  func evaluate(
    rows: Int, examples: UnsafePointer<Int>, times: UnsafePointer<Float>, states: UnsafePointer<Float>,
    into derivatives: UnsafeMutablePointer<Float>
  ) {
    fillInputs(rows, examples, states)
    fillMoments(rows, times)
    let parts = rows * (1 + tangents)
    var from = inputs.base
    for (number, layer) in layers.enumerated() {
      let (size, width) = (sizes[number], sizes[number + 1])
      product(
        rows: parts, columns: width, depth: size, from, layer.weight.buffer.base, into: sums[number].base)
      product(
        rows: rows, columns: width, depth: timeFeatures, moments.base, layer.shift.buffer.base,
        into: shifts[number].base)
      if let gate = layer.gate {
        let factor = factors[number].base
        product(rows: rows, columns: width, depth: timeFeatures, moments.base, gate.buffer.base, into: factor)
        kernels.map.unary(ood_sigmoid, 0, factor, factor, rows * width)
      }
      kernels.tangent.forward(
        function(number), sums[number].base, shifts[number].base,
        layer.gate == nil ? nil : UnsafePointer(factors[number].base), outputs[number].base, rows, tangents,
        width)
      from = outputs[number].base
    }
    kernels.tangent.divergence(from, rowProbes.base, derivatives, rows, tangents, features, columns)
  }

  private func function(_ layer: Int) -> ood_tangent_function {
    layer + 1 < layers.count ? activation : ood_tangent_identity
  }

  /// The rows' states and tangents, side by side.
  private func fillInputs(
    _ rows: Int, _ examples: UnsafePointer<Int>, _ states: UnsafePointer<Float>
  ) {
    let (stride, block) = ((1 + tangents) * features, tangents * features)
    kernels.index.copy_2d(states, columns, rows, features, inputs.base, stride)
    guard tangents > 0 else { return }
    if let probes {
      for row in 0..<rows {
        let source = probes.buffer.base + (firstProbe + examples[row]) * block
        (rowProbes.base + row * block).update(from: source, count: block)
      }
    } else if !hasUnitProbes {
      rowProbes.base.initialize(repeating: 0, count: rowProbes.count)
      for row in 0..<capacity {
        for tangent in 0..<tangents { rowProbes.base[row * block + tangent * features + tangent] = 1 }
      }
      hasUnitProbes = true
    }
    kernels.index.copy_2d(rowProbes.base, block, rows, block, inputs.base + features, stride)
  }

  /// φ(t) of each row. Higher frequencies come by the angle's sum.
  private func fillMoments(_ rows: Int, _ times: UnsafePointer<Float>) {
    for row in 0..<rows {
      let (to, time) = (moments.base + row * timeFeatures, times[row])
      to[0] = 1
      to[1] = time
      guard frequencies > 0 else { continue }
      let angle = Double(time) * .pi
      let (c, s) = (cos(angle), sin(angle))
      var (real, imaginary) = (1.0, 0.0)
      for k in 0..<frequencies {
        (real, imaginary) = (real * c - imaginary * s, real * s + imaginary * c)
        to[2 + 2 * k] = Float(real)
        to[3 + 2 * k] = Float(imaginary)
      }
    }
  }

  /// C = A B, or C += A B, in an order of sums that depends on the depth alone.
  private func product(
    rows m: Int, columns n: Int, depth k: Int, _ a: UnsafeMutablePointer<Float>, transposeA: Bool = false,
    _ b: UnsafeMutablePointer<Float>, transposeB: Bool = false, into c: UnsafeMutablePointer<Float>,
    accumulate: Bool = false
  ) {
    kernels.matmul.multiply_unpacked(
      0, m, 0, kernels.matmul.panel_count(n), k, n,
      ood_matmul_operand(base: a, row_stride: transposeA ? 1 : k, column_stride: transposeA ? m : 1),
      ood_matmul_operand(base: b, row_stride: transposeB ? 1 : n, column_stride: transposeB ? k : 1),
      ood_matmul_output(
        base: c, row_stride: n, accumulate: accumulate ? 1 : 0, bias: nil, relu: 0, streams: 0))
  }

  // MARK: Backward

  /// The gradients of what `evaluate` has just computed for these rows.
  ///
  /// - Parameters:
  ///   - upstream: Those of the derivatives, `[rows, columns]`.
  ///   - stateGradient: `[rows, columns]`, to be written; 0 in the columns after the features. Nil where it is not wanted.
  ///   - parameters: The places that each parameter's gradient is added to, in the order of visits; nil where it is not wanted.
  func pullBack(
    rows: Int, _ upstream: UnsafePointer<Float>, stateGradient: UnsafeMutablePointer<Float>?,
    parameters: [UnsafeMutablePointer<Float>]?
  ) {
    let parts = rows * (1 + tangents)
    var (g, other) = (upstreams[0].base, upstreams[1].base)
    kernels.tangent.divergence_backward(
      upstream, outputs[layers.count - 1].base, rowProbes.base, g, rows, tangents, features, columns)
    var place = parameters?.count ?? 0
    for number in layers.indices.reversed() {
      let (layer, size, width) = (layers[number], sizes[number], sizes[number + 1])
      let isGated = layer.gate != nil
      kernels.tangent.backward(
        function(number), sums[number].base, isGated ? UnsafePointer(factors[number].base) : nil,
        outputs[number].base, g, shiftGradient.base, isGated ? factorGradient.base : nil, rows, tangents,
        width)
      if let parameters {
        place -= isGated ? 3 : 2
        let from = number == 0 ? inputs.base : outputs[number - 1].base
        product(
          rows: size, columns: width, depth: parts, from, transposeA: true, g, into: parameters[place],
          accumulate: true)
        product(
          rows: timeFeatures, columns: width, depth: rows, moments.base, transposeA: true, shiftGradient.base,
          into: parameters[place + 1], accumulate: true)
        if isGated {
          let (factor, gradient) = (factors[number].base, factorGradient.base)
          kernels.map.unary_gradient(ood_sigmoid, 0, gradient, factor, factor, gradient, rows * width)
          product(
            rows: timeFeatures, columns: width, depth: rows, moments.base, transposeA: true, gradient,
            into: parameters[place + 2], accumulate: true)
        }
      }
      if number == 0, stateGradient == nil { return }
      // The first layer's tangents are constants: of its inputs, the states' part alone is wanted.
      if number == 0, tangents > 0 {
        let stride = (1 + tangents) * width
        kernels.index.copy_2d(g, stride, rows, width, other, width)
        swap(&g, &other)
      }
      product(
        rows: number == 0 ? rows : parts, columns: size, depth: width, g, layer.weight.buffer.base,
        transposeB: true, into: other)
      swap(&g, &other)
    }
    if let stateGradient {
      stateGradient.initialize(repeating: 0, count: rows * columns)
      kernels.index.copy_2d(g, features, rows, features, stateGradient, columns)
    }
  }
}

extension NetworkPass: ChunkField {}
