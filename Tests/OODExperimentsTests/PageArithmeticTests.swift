import Foundation
import OODExperiments
import OODMetrics
import Testing

/// What the sweep's page computes for any θ, read from the page, against `ReconstructionComparison` on the same errors.
@Suite(
  "Arithmetic of the sweep page in Chromium", .serialized,
  .enabled(if: PageBrowser.path != nil, Comment(rawValue: PageBrowser.missing)))
struct PageArithmeticTests {
  /// The errors of one model: multiples of the curves' step, as most of the ties come from there.
  struct Errors {
    let own: [Double]
    let controls: [[Double]]
  }
  static let names = ["first", "second", "third"]
  static let thetas = [0.0, 3.5, 10.5, 50, 120, 200]
  static let objectives: [(value: String, objective: DeltaObjective)] =
    names.indices.map { ("\($0)", .control(names[$0])) } + [("mean", .mean), ("min", .minimum)]

  static let models: [Errors] = [
    // Δ is 3/10 − 1/10 up to 8 and 4/10 − 2/10 behind it: the same, but not when each share is rounded by itself.
    Errors(
      own: [1, 2, 3, 10, 190, 190, 190, 190, 190, 190],
      controls: [
        [0.5, 8] + Array(repeating: 150, count: 8), [0.5, 8] + Array(repeating: 150, count: 8),
        [0.5, 8] + Array(repeating: 150, count: 8),
      ]),
    // Many ties, and sets of sizes that share no divisor.
    Errors(
      own: spread(37, 7, 60), controls: [spread(53, 11, 140), spread(41, 17, 90), spread(29, 5, 199)]),
    // The same against three sets of which the middle one is the worst.
    Errors(
      own: spread(1000, 313, 55), controls: [spread(900, 7, 180), spread(700, 11, 56), spread(1100, 13, 170)]),
    // All or none: intervals end at 0 and 1.
    Errors(
      own: Array(repeating: 1, count: 20),
      controls: [
        Array(repeating: 199, count: 30), Array(repeating: 60, count: 7), Array(repeating: 199.5, count: 9),
      ]),
    // Nothing is better than to reconstruct nothing.
    Errors(
      own: [40, 50, 60, 70], controls: [[1, 2, 3, 4], [39, 39.5, 45, 69], [0, 0, 0, 0, 0]]),
  ]

  /// n multiples of 0.5 below `largest`, in an order of their own.
  private static func spread(_ count: Int, _ stride: Int, _ largest: Int) -> [Double] {
    (0..<count).map { Double($0 * $0 * stride % (2 * largest)) / 2 }
  }

  private static func comparison(_ errors: Errors) throws -> ReconstructionComparison {
    try ReconstructionComparison(
      inClass: errors.own, controls: zip(names, errors.controls).map { .init($0, errors: $1) })
  }

  /// A sweep's directory with these models: the fixture's records, with counts and intervals of these errors.
  private static func fixture() throws -> SweepPageFixture {
    let fixture = try SweepPageFixture()
    var lines: [String] = []
    for (errors, model) in zip(models, SweepPageFixture.models) {
      let rates = try comparison(errors).rates(at: 50)
      func interval(_ estimate: MetricEstimate) -> [String: Any] {
        [
          "estimate": estimate.estimate, "low": estimate.interval.lowerBound,
          "high": estimate.interval.upperBound,
        ]
      }
      func rate(_ counts: Proportion) throws -> [String: Any] {
        let bounds = try counts.wilsonInterval()
        return [
          "estimate": counts.share, "low": bounds.lowerBound, "high": bounds.upperBound,
          "successes": counts.successes, "trials": counts.trials,
        ]
      }
      func curve(_ errors: [Double]) -> [Int] {
        (0...SweepPageFixture.steps).map { step in errors.count { $0 < Double(step) * 0.5 } }
      }
      var record = SweepPageFixture.record(model)
      record["controls"] = names
      record["irr"] = try rate(rates.inClassCounts)
      record["orr"] = try rates.controls.map { try rate($0.counts) }
      record["delta"] = rates.controls.map { interval($0.delta) }
      record["delta_mean"] = interval(rates.meanDelta)
      record["delta_min"] = interval(rates.minimumDelta)
      for key in ["auroc", "best_theta", "best_delta", "look_like_domain"] { record[key] = [0.5, 0.5, 0.5] }
      record["curves"] =
        [
          "step": 0.5, "steps": SweepPageFixture.steps, "in": curve(errors.own),
          "controls": errors.controls.map(curve),
        ] as [String: Any]
      record["panel"] = "none.json"
      lines.append(try SweepPageFixture.json(record))
    }
    try fixture.write(lines.joined(separator: "\n") + "\n", to: "models.jsonl")
    return fixture
  }

  private static let script = """
    const text = id => document.getElementById(id)?.textContent ?? null;
    const fire = (id, value, kind) => {
      document.getElementById(id).value = value;
      document.getElementById(id).dispatchEvent(new Event(kind, { bubbles: true }));
    };
    const cell = (row, title) => {
      const heads = [...document.querySelectorAll("#models-head th")].map(head => head.textContent.replace(/ [▾▴]$/, ""));
      return document.getElementById(row).children[heads.indexOf(title)].textContent;
    };
    said.views = {};
    said.bounds = {};
    for (const model of models) for (const control of ["0", "1", "2", "mean", "min"]) for (const value of THETAS) {
      fire("control", control, "change");
      fire("theta", value, "input");
      document.getElementById(`model-${model.index}`).dispatchEvent(new MouseEvent("click", { bubbles: true }));
      const key = `${model.index} ${control} ${value}`;
      said.views[key] = Object.fromEntries(["irr", "orr", "delta"].flatMap(name =>
        [[name, text(`panel-${name}`)], [`${name} interval`, text(`panel-${name}-interval`)]]));
      Object.assign(said.views[key], {
        best: text("panel-best"), "best θ": cell(`row-${model.index}`, "best θ"), "best Δ": cell(`row-${model.index}`, "best Δ"),
        "row IRR": cell(`row-${model.index}`, "IRR"), "row ORR": cell(`row-${model.index}`, "ORR"),
        "row Δ": cell(`row-${model.index}`, "Δ") });
      const { irr, orr, delta } = estimates(model);
      said.bounds[key] = [irr.low, irr.high, orr?.low ?? null, orr?.high ?? null, delta.low, delta.high, delta.estimate];
    }
    """

  // MARK: As the page writes numbers

  private func fixed(_ value: Double, _ digits: Int) -> String {
    let text = String(format: "%.\(digits)f", value)
    return Double(text) == 0 ? text.replacing("-", with: "") : text.replacing("-", with: "−")
  }
  private func percent(_ share: Double) -> String { fixed(100 * share, 1) + "%" }
  private func interval(_ bounds: ClosedRange<Double>, _ text: (Double) -> String) -> String {
    "95%: \(text(bounds.lowerBound)) to \(text(bounds.upperBound))"
  }

  @Test("Rates, intervals and the best θ are those of ReconstructionComparison, ties included")
  func agreement() throws {
    let fixture = try Self.fixture()
    defer { fixture.remove() }
    let page = try SweepPage(directory: fixture.directory)
    let said = try PageBrowser.run(page.html, Self.script.replacing("THETAS", with: "\(Self.thetas)"))
    #expect(said["errors"] as? [String] == [])
    let views = try #require(said["views"] as? [String: [String: Any]])
    let bounds = try #require(said["bounds"] as? [String: [Any]])
    #expect(views.count == Self.models.count * Self.objectives.count * Self.thetas.count)
    for (errors, model) in zip(Self.models, SweepPageFixture.models) {
      let index = try #require(page.records.firstIndex { $0.name == model.name })
      let comparison = try Self.comparison(errors)
      for (value, objective) in Self.objectives {
        try expectBest(
          try comparison.bestThreshold(for: objective), comparison, objective, index: index, control: value,
          views)
        for theta in Self.thetas {
          let key = "\(index) \(value) \(theta == theta.rounded() ? "\(Int(theta))" : "\(theta)")"
          let view = try #require(views[key], "\(key)")
          expectRates(view, try #require(bounds[key]), try comparison.rates(at: theta), value, key)
        }
      }
    }
  }

  private func expectRates(
    _ view: [String: Any], _ bounds: [Any], _ rates: ReconstructionRates, _ control: String, _ key: String
  ) {
    let said = view.compactMapValues { $0 as? String }
    #expect(said["irr"] == percent(rates.inClass.estimate), "\(key)")
    #expect(said["irr interval"] == interval(rates.inClass.interval, percent), "\(key)")
    let delta: MetricEstimate
    var orr: ReconstructionRates.Control?
    switch control {
    case "mean":
      delta = rates.meanDelta
      let mean = rates.controls.map(\.outOfClass.estimate).reduce(0, +) / Double(rates.controls.count)
      #expect(said["orr"] == percent(mean), "\(key)")
    case "min":
      delta = rates.minimumDelta
      orr = rates.controls.min { $0.delta.estimate < $1.delta.estimate }
    default:
      orr = rates.controls[Int(control)!]
      delta = orr!.delta
    }
    #expect(said["delta"] == fixed(delta.estimate, 3), "\(key)")
    #expect(said["row IRR"] == said["irr"] && said["row ORR"] == said["orr"], "\(key)")
    #expect(said["row Δ"] == said["delta"], "\(key)")
    // The minimum's interval is known at the sweep's own θ.
    let isKnown = control != "min" || rates.threshold == 50
    #expect(said["delta interval"] == (isKnown ? interval(delta.interval) { fixed($0, 3) } : nil), "\(key)")
    if let orr {
      #expect(said["orr"] == percent(orr.outOfClass.estimate), "\(key)")
      #expect(said["orr interval"] == interval(orr.outOfClass.interval, percent), "\(key)")
    }
    // And to the last digits, of which the page shows a few.
    let own = control == "min" ? orr!.delta : delta
    let expected = [
      rates.inClass.interval.lowerBound, rates.inClass.interval.upperBound,
      orr?.outOfClass.interval.lowerBound, orr?.outOfClass.interval.upperBound,
      own.interval.lowerBound, own.interval.upperBound, own.estimate,
    ]
    for (found, right) in zip(bounds, expected) {
      #expect((found as? Double).map { abs($0 - right!) < 1e-14 } ?? (right == nil), "\(key): \(found)")
    }
  }

  /// The page goes through its curves' thresholds and takes the smallest of the best.
  private func expectBest(
    _ best: BestThreshold, _ comparison: ReconstructionComparison, _ objective: DeltaObjective, index: Int,
    control: String, _ views: [String: [String: Any]]
  ) throws {
    let key = "\(index) \(control) 50"
    let view = try #require(views[key]).compactMapValues { $0 as? String }
    let theta = try #require(view["best θ"].flatMap(Double.init), "\(view)")
    #expect(view["best Δ"] == fixed(best.delta, 3), "\(key)")
    #expect(view["best"] == "Best Δ \(fixed(best.delta, 3)) at θ = \(fixed(theta, 1))", "\(key)")
    #expect(
      theta <= best.threshold && theta > best.lowerBound, "\(key): \(theta) is not of the best θ, \(best)")
    let grid = (0...SweepPageFixture.steps).map { Double($0) * 0.5 }
    let first = try grid.first {
      let rates = try comparison.rates(at: $0)
      switch objective {
      case .control(let name):
        return rates.controls[Self.names.firstIndex(of: name)!].delta.estimate == best.delta
      case .mean: return abs(rates.meanDelta.estimate - best.delta) < 1e-15
      case .minimum: return rates.minimumDelta.estimate == best.delta
      }
    }
    #expect(theta == first, "\(key)")
  }
}
