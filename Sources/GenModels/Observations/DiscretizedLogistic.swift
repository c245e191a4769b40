#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A mixture of logistic distributions over the levels of a pixel's channels (T. Salimans, A. Karpathy, X. Chen and D. P. Kingma, 2017,
/// section 2.1):
///
///     P(x) = Σₘ πₘ Πc [σ((xc + h − μmc) / smc) − σ((xc − h − μmc) / smc)]
///
/// on the scale −1 ... 1, where h is half a cell, the first level reaches to −∞ and the last to +∞, and the mean of a channel is moved by
/// those before it: μm,c + Σ_{b<c} tanh(a) x_b.
///
/// With a = (x + h − μ)/s and b = (x − h − μ)/s, the mass of a cell is σ(a) − σ(b) = σ(a) σ(−b) (1 − e^{b−a}), and its logarithm a sum of
/// terms that are accurate at every scale: no small difference is taken, and no density stands in for a probability.
struct DiscretizedLogistic {
  let mixtures, levels, channels: Int

  /// The bounds on ln s, on the scale of −1 ... 1.
  static let logScales: ClosedRange<Float> = -7...7

  /// Half a cell.
  private var half: Float { 1 / Float(levels - 1) }

  /// ln P of each pixel, `[pixels]`, of `[pixels, channels]` in 0...1 given `[pixels, mixtures · (1 + 2 channels + channels (channels − 1) / 2)]`:
  /// the components' logits, then their means, ln s and coefficients, component by component.
  func logProbability<Value: TensorAlgebra>(of x: Value, given parameters: Value) -> Value {
    let logits = parameters.sliced(axis: 1, 0..<mixtures)
    var sum = logits
    for channel in 0..<channels {
      let value = scaled(x, channel)
      var mean = part(parameters, .means, channel)
      for earlier in 0..<channel {
        let coefficient = part(parameters, .coefficients, channel * (channel - 1) / 2 + earlier).tanh()
        mean = mean + coefficient * scaled(x, earlier)
      }
      sum = sum + logMass(value, mean: mean, logScale: part(parameters, .logScales, channel))
    }
    return sum.logSumExp() - logits.logSumExp()
  }

  private enum Part { case means, logScales, coefficients }

  /// The numbers of one kind for a channel (or a pair of channels), `[pixels, mixtures]`.
  private func part<Value: TensorAlgebra>(_ parameters: Value, _ part: Part, _ number: Int) -> Value {
    let pairs = channels * (channels - 1) / 2
    let (start, width) =
      switch part {
      case .means: (mixtures, channels)
      case .logScales: (mixtures + mixtures * channels, channels)
      case .coefficients: (mixtures + 2 * mixtures * channels, pairs)
      }
    let block = parameters.sliced(axis: 1, start..<start + mixtures * width)
    guard width > 1 else { return block }
    let pixels = parameters.shape[0]
    return block.reshaped([pixels, mixtures, width]).sliced(axis: 2, number..<number + 1)
      .reshaped([pixels, mixtures])
  }

  /// A channel on the scale −1 ... 1, `[pixels, 1]`.
  private func scaled<Value: TensorAlgebra>(_ x: Value, _ channel: Int) -> Value {
    x.sliced(axis: 1, channel..<channel + 1) * 2 - 1
  }

  /// ln of the mass of each value's cell, `[pixels, mixtures]`.
  private func logMass<Value: TensorAlgebra>(_ value: Value, mean: Value, logScale: Value) -> Value {
    let bounded = Self.clamped(logScale)
    let inverse = (-bounded).exp()
    let centred = value - mean
    let upper = (centred + half) * inverse
    let lower = (centred - half) * inverse
    // ln(1 − e^−d) = ln tanh(d/2) + ln(1 + e^−d).
    let width = inverse * (2 * half)
    let inner = (width * 0.5).tanh().log() + (-width).softplus()
    let edges = edges(value.tensor)
    let (aboveFirst, belowLast) = (value.constant(edges.aboveFirst), value.constant(edges.belowLast))
    let between = value.constant(edges.aboveFirst * edges.belowLast)
    return inner * between - (-upper).softplus() * belowLast - lower.softplus() * aboveFirst
  }

  /// 1 for all levels but the first, and 1 for all but the last.
  private func edges(_ value: Tensor) -> (aboveFirst: Tensor, belowLast: Tensor) {
    let limit = 1 - half
    return ((value + limit).step(), (limit - value).step())
  }

  /// ln s within its bounds. Outside no gradient passes.
  static func clamped<Value: TensorAlgebra>(_ logScale: Value) -> Value {
    logScale.maximum(with: logScale.constant(Tensor(logScales.lowerBound)))
      .minimum(with: logScale.constant(Tensor(logScales.upperBound)))
  }

  /// Draws of pixels, `[pixels, channels]`: a component, then a logistic number for each channel, rounded to its level.
  func sample(_ parameters: Tensor, using random: inout RandomGenerator) -> Tensor {
    let pixels = parameters.shape[0]
    let uniforms = random.uniform([pixels, mixtures + channels], in: 1e-5..<1 - 1e-5)
    let top = Float(levels - 1)
    let count = parameters.shape[1]
    return Tensor(shape: [pixels, channels]) { x in
      parameters.withUnsafeElements { numbers in
        uniforms.withUnsafeElements { u in
          for pixel in 0..<pixels {
            let (p, v) = (numbers[(pixel * count)...], u[(pixel * (mixtures + channels))...])
            let (first, start) = (p.startIndex, v.startIndex)
            var best = (component: 0, value: -Float.infinity)
            for m in 0..<mixtures {
              let value = p[first + m] - logf(-logf(v[start + m]))
              if value > best.value { best = (m, value) }
            }
            let m = best.component
            for channel in 0..<channels {
              var mean = p[first + mixtures + m * channels + channel]
              for earlier in 0..<channel {
                let pair = channel * (channel - 1) / 2 + earlier
                let pairs = channels * (channels - 1) / 2
                let coefficient = tanhf(p[first + mixtures + 2 * mixtures * channels + m * pairs + pair])
                mean += coefficient * (2 * x[pixel * channels + earlier] - 1)
              }
              let raw = p[first + mixtures + mixtures * channels + m * channels + channel]
              let scale = expf(max(Self.logScales.lowerBound, min(Self.logScales.upperBound, raw)))
              let uniform = v[start + mixtures + channel]
              let value = mean + scale * (logf(uniform) - logf(1 - uniform))
              let level = max(0, min(top, ((value + 1) / 2 * top).rounded()))
              x[pixel * channels + channel] = level / top
            }
          }
        }
      }
    }
  }

  /// The mean of a pixel's channels, without their limits and the coefficients' part: for pictures of what a decoder says.
  func mean(_ parameters: Tensor) -> Tensor {
    let shares = parameters.sliced(axis: 1, 0..<mixtures).softmax()
    let means = (0..<channels).map { channel in
      (shares * part(parameters, .means, channel)).sum(axes: [1], keepingAxes: true)
    }
    let mean = Tensor.concatenate(means, axis: 1)
    return ((mean + 1) * 0.5).maximum(with: Tensor(0)).minimum(with: Tensor(1))
  }
}
