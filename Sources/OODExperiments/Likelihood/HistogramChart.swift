/// A histogram of several sets as an inline SVG drawing, coloured by the page's style.
struct HistogramChart {
  let histogram: ScoreHistogram
  /// Of the sets, for titles that a pointer shows.
  let names: [String]
  /// What the horizontal axis counts: "nats".
  let axis: String
  /// Of the drawing, in pixels at its natural size.
  let width, height: Double

  private let left = 8.0
  private let right = 8.0
  private let top = 8.0
  private let bottom = 34.0

  private var bins: Int { histogram.counts.first?.count ?? 1 }

  /// The share of each set in each bin.
  private var shares: [[Double]] {
    histogram.counts.indices.map { set in
      let total = histogram.counts[set].reduce(0, +) + histogram.below[set] + histogram.above[set]
      return histogram.counts[set].map { Double($0) / Double(max(1, total)) }
    }
  }

  private func x(_ score: Double) -> Double {
    left + (score - histogram.low) / (histogram.high - histogram.low) * (width - left - right)
  }

  /// The drawing.
  var svg: String {
    let shares = shares
    let most = max(shares.flatMap { $0 }.max() ?? 0, 1e-9)
    let (floor, inner) = (height - bottom, height - top - bottom)
    var drawing = """
      <svg viewBox="0 0 \(Self.number(width)) \(Self.number(height))" role="img" \
      aria-label="Histograms of \(Markup.escaped(names.joined(separator: ", ")))">
      <line class="axis" x1="\(Self.number(left))" y1="\(Self.number(floor))" x2="\(Self.number(width - right))" \
      y2="\(Self.number(floor))"/>

      """
    for (set, values) in shares.enumerated() {
      let step = (width - left - right) / Double(bins)
      var points = "\(Self.number(left)),\(Self.number(floor))"
      for (bin, share) in values.enumerated() {
        let y = Self.number(floor - share / most * inner)
        let start = left + Double(bin) * step
        points += " \(Self.number(start)),\(y) \(Self.number(start + step)),\(y)"
      }
      points += " \(Self.number(width - right)),\(Self.number(floor))"
      drawing += "<polygon class=\"set set\(set % 4)\" points=\"\(points)\">"
      drawing += "<title>\(Markup.escaped(names[set]))</title></polygon>\n"
    }
    for tick in Self.ticks(histogram.low, histogram.high) {
      let place = Self.number(x(tick))
      drawing += """
        <line class="axis" x1="\(place)" y1="\(Self.number(floor))" x2="\(place)" y2="\(Self.number(floor + 4))"/>\
        <text x="\(place)" y="\(Self.number(floor + 16))" text-anchor="middle">\(Self.label(tick))</text>

        """
    }
    drawing += """
      <text x="\(Self.number(width - right))" y="\(Self.number(height - 4))" text-anchor="end">\(Markup.escaped(axis))</text>
      </svg>
      """
    return drawing
  }

  /// Round numbers in a range: multiples of 1, 2 or 5 times a power of ten, four to nine of them.
  static func ticks(_ low: Double, _ high: Double) -> [Double] {
    guard high > low, (high - low).isFinite else { return [] }
    var step = 1.0
    while step * 8 < high - low { step *= 10 }
    while step * 8 > (high - low) * 10 { step /= 10 }
    for factor in [5.0, 2.0] where step / factor * 8 >= high - low {
      step /= factor
      break
    }
    let first = Int((low / step).rounded(.up))
    let last = Int((high / step).rounded(.down))
    guard first <= last else { return [] }
    return (first...last).map { Double($0) * step }
  }

  /// A tick's number, without the digits that rounding of products leaves.
  static func label(_ value: Double) -> String {
    let rounded = (value * 1e6).rounded() / 1e6
    if rounded == rounded.rounded(), abs(rounded) < 1e15 { return "\(Int(rounded))".replacingMinus }
    return "\(rounded)".replacingMinus
  }

  /// A coordinate with two decimals.
  private static func number(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}

extension String {
  /// With a real minus sign in front.
  fileprivate var replacingMinus: String { hasPrefix("-") ? "−" + dropFirst() : self }
}
