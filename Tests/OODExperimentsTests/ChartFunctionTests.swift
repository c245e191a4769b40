import Foundation
import OODExperiments
import OODMetrics
import Testing

/// The charts' plain arithmetic, run by Chromium, against Swift's where both compute the same.
@Suite(
  "Charts' functions in Chromium", .serialized,
  .enabled(if: PageBrowser.path != nil, Comment(rawValue: PageBrowser.missing)))
struct ChartFunctionTests {
  /// What the script leaves in `said`, on a page that has the charts.
  private func run(_ script: String) throws -> [String: Any] {
    let said = try PageBrowser.run(LikelihoodPageFixture().page.html, script)
    #expect(said["errors"] as? [String] == [])
    return said
  }

  @Test("Ticks are round, evenly spaced, inside the range, and as many as asked for")
  func ticks() throws {
    let said = try run(
      """
      said.known = [charts.ticks(0, 1), charts.ticks(-0.1, 0.5), charts.ticks(0, 200, 4), charts.ticks(-1000, -400, 6), charts.ticks(3, 3.2, 2),
        charts.ticks(-0.3, 0.3, 6)];
      said.none = [charts.ticks(1, 1), charts.ticks(2, 1), charts.ticks(NaN, 1), charts.ticks(0, Infinity), charts.ticks(1e17, 1e17 + 16)].flat();
      said.wrong = [];
      let state = 7;
      const random = () => (state = state * 48271 % 2147483647) / 2147483647;
      for (let i = 0; i < 20000; i++) {
        const low = (random() - 0.5) * 10 ** (12 * random() - 6), high = low + Math.max(Math.abs(low) * 1e-6, 10 ** (12 * random() - 6));
        const wanted = 2 + Math.floor(7 * random()), found = charts.ticks(low, high, wanted), slack = 1e-9 * (high - low) + 1e-11 * Math.abs(low);
        const steps = found.slice(1).map((tick, i) => tick - found[i]), step = steps[0];
        const factor = step / 10 ** Math.floor(Math.log10(step * 1.0001));
        const isRight = found.length >= Math.floor(wanted / 2.5) && found.length <= wanted + 1
          && found.every(tick => tick >= low - slack && tick <= high + slack) && steps.every(s => Math.abs(s - step) <= 1e-6 * step)
          && (found.length < 2 || [1, 2, 2.5, 5].some(f => Math.abs(f - factor) < 1e-4));
        if (!isRight) said.wrong.push([low, high, wanted, found]);
      }
      said.wrong = said.wrong.slice(0, 5).map(String);
      said.negativeZero = charts.ticks(-1, 1).some(tick => Object.is(tick, -0));
      """)
    #expect(
      said["known"] as? [[Double]] == [
        [0, 0.2, 0.4, 0.6, 0.8, 1], [0, 0.2, 0.4], [0, 50, 100, 150, 200],
        [-1000, -900, -800, -700, -600, -500, -400], [3, 3.1, 3.2], [-0.3, -0.2, -0.1, 0, 0.1, 0.2, 0.3],
      ])
    #expect((said["none"] as? [Double])?.isEmpty == true)
    #expect(said["wrong"] as? [String] == [])
    #expect(said["negativeZero"] as? Bool == false)
  }

  @Test("Bins are those of ScoreHistogram, and shares are of all that was counted")
  func bins() throws {
    let scattered = (0..<1000).map { Double($0 * 37 % 1009) / 7 - 40 }
    let tenths = (0..<401).map { Double($0) * 0.1 }
    let squares = (0..<77).map { -Double($0 * $0) }
    let small: [[[Double]]] = [[[0, 1, 2, 3, 4], [4, 4, 10]], [[7, 7], [7]], [[]], [[], [1.5]]]
    let sets: [[[Double]]] = small + [[scattered + [1e9], [-1e9, 12.25, 12.25]], [tenths, squares]]
    let json = String(decoding: try JSONEncoder().encode(sets), as: UTF8.self)
    let said = try run(
      """
      said.found = \(json).map(sets => [10, 60, 1].map(bins => charts.binned(sets, bins)));
      said.infinite = charts.binned([[1, 2, Infinity, -Infinity, NaN]], 2);
      said.shares = charts.shares({ counts: [1, 2, 0], below: 3, above: 2 });
      said.noShares = charts.shares({ counts: [0, 0] });
      """)
    let found = try #require(said["found"] as? [[[String: Any]]])
    for (scores, all) in zip(sets, found) {
      for (bins, histogram) in zip([10, 60, 1], all) {
        let expected = ScoreHistogram(scores, bins: bins)
        let counted = try #require(histogram["sets"] as? [[String: Any]])
        #expect(abs((histogram["low"] as? Double ?? .nan) - expected.low) < 1e-12)
        #expect(abs((histogram["high"] as? Double ?? .nan) - expected.high) < 1e-12)
        #expect(counted.map { $0["counts"] as? [Int] } == expected.counts)
        #expect(counted.map { $0["below"] as? Int } == expected.below)
        #expect(counted.map { $0["above"] as? Int } == expected.above)
      }
    }
    let infinite = ScoreHistogram([[1, 2, .infinity, -.infinity, .nan]], bins: 2)
    let counted = (said["infinite"] as? [String: Any])?["sets"] as? [[String: Any]]
    #expect(counted?.first?["counts"] as? [Int] == infinite.counts[0])
    #expect(counted?.first?["below"] as? Int == 1 && infinite.below == [1])
    #expect(counted?.first?["above"] as? Int == 2 && infinite.above == [2], "Infinity and NaN")
    #expect(said["shares"] as? [Double] == [0.125, 0.25, 0])
    #expect(said["noShares"] as? [Double] == [0, 0])
  }

  @Test("Wilson's and Newcombe's intervals are those of Swift")
  func intervals() throws {
    let counts = [1, 2, 7, 40, 1000, 60_000].flatMap { n in
      Set([0, 1, n / 3, n / 2, n - 1, n]).sorted().map { Proportion(successes: $0, trials: n) }
    }
    let json = "[\(counts.map { "[\($0.successes),\($0.trials)]" }.joined(separator: ","))]"
    let said = try run(
      """
      const counts = \(json);
      said.wilson = counts.map(([a, n]) => { const { low, high, estimate } = charts.wilson(a, n); return [low, high, estimate]; });
      said.differences = counts.flatMap(([a, n]) => counts.map(([b, m]) => {
        const { low, high, estimate } = charts.meanDifference(charts.wilson(a, n), [charts.wilson(b, m), charts.wilson(1, 3), charts.wilson(5, 11)]);
        return [low, high, estimate, charts.difference(a, n, b, m)];
      }));
      """)
    let wilson = try #require(said["wilson"] as? [[Double]])
    for (proportion, found) in zip(counts, wilson) {
      let bounds = try proportion.wilsonInterval()
      for (one, other) in zip(found, [bounds.lowerBound, bounds.upperBound, proportion.share]) {
        #expect(abs(one - other) < 1e-15, "\(proportion)")
      }
    }
    let differences = try #require(said["differences"] as? [[Double]])
    var place = 0
    for own in counts {
      for other in counts {
        // Errors that give these counts at θ = 1.
        func errors(_ counts: Proportion) -> [Double] {
          (0..<counts.trials).map { $0 < counts.successes ? 0 : 2 }
        }
        defer { place += 1 }
        // The large sets take long to make, and the formula does not know that they are large.
        guard own.trials + other.trials < 2000 else { continue }
        let rates = try ReconstructionComparison(
          inClass: errors(own),
          controls: [
            .init("a", errors: errors(other)), .init("b", errors: [0, 2, 2]),
            .init("c", errors: Array(repeating: 0, count: 5) + Array(repeating: 2, count: 6)),
          ]
        ).rates(at: 1)
        let mean = rates.meanDelta
        let expected = [
          mean.interval.lowerBound, mean.interval.upperBound, mean.estimate, rates.controls[0].delta.estimate,
        ]
        for (one, right) in zip(differences[place], expected) {
          #expect(abs(one - right) < 1e-14, "\(own) \(other)")
        }
      }
    }
  }

  @Test("Numbers as text, ranges, first maxima, correlations, envelopes, paths")
  func small() throws {
    let said = try run(
      """
      said.text = [charts.fixed(-0.0004, 3), charts.fixed(-1.25, 1), charts.fixed(NaN, 2), charts.fixed("3", 1), charts.fixed(null, 1),
        charts.percent(0.1234), charts.percent(undefined), charts.count(1234567), charts.count(-1200), charts.plain(-2.5), charts.plain(0),
        charts.formatted("kept", { digits: 1 }), charts.formatted(0.5, { as: "percent", digits: 0 }), charts.formatted(2.345, {})];
      said.ranges = [charts.rangeOf([0.12, 3.9, null, NaN]), charts.rangeOf([]), charts.rangeOf([5])];
      const first = values => { const { position, value } = charts.firstMaximum(values.length, i => values[i]); return [position, value]; };
      said.firsts = [first([1, 3, 2, 3]), first([-4]), first([0, 0, 0])];
      said.correlations = [charts.correlation([[0, 1], [1, 3], [2, 5]]), charts.correlation([[0, 2], [1, 1], [2, 0]]),
        charts.correlation([[1, 1], [2, 3], [3, 2], [4, 5]]), charts.correlation([[1, 2], [1, 3]])];
      said.envelopes = [charts.lowerEnvelope([[0.9, 0.3], [0.5, 0.1], [0.9, 0.2], [0.7, 0.2], [0.4, 0.4], [1, 0.6]]), charts.lowerEnvelope([])];
      said.paths = [charts.pathThrough([[0, 1], [2, 3], null, [4, 5], [6, 7]]), charts.pathThrough([null]), charts.pathThrough([])];
      said.scale = [charts.scale([0, 10], 100, 200)(2.5), charts.scale([-1, 1], 50, 10)(1)];
      said.colours = [charts.colour(3), charts.colour(9), charts.colour("red")];
      said.imageScales = [charts.imageScale({ width: 28, height: 28, size: 60 }), charts.imageScale({ width: 100, height: 50, size: 25 })];
      """)
    #expect(
      said["text"] as? [String] == [
        "0.000", "−1.3", "–", "–", "–", "12.3%", "–", "1,234,567", "−1,200", "−2.5", "0", "kept", "50%",
        "2.345",
      ])
    #expect(said["ranges"] as? [[Double]] == [[0, 4], [0, 1], [4.4, 5.6]])
    #expect(said["firsts"] as? [[Double]] == [[1, 3], [0, -4], [0, 0]])
    let correlations = try #require(said["correlations"] as? [Any])
    #expect(correlations[0] as? Double == 1 && correlations[1] as? Double == -1)
    // Deviations −1.5, −.5, .5, 1.5 and −1.75, .25, −.75, 2.25: 5.5 / √(5 · 8.75).
    #expect(abs((correlations[2] as? Double ?? 0) - 5.5 / (5 * 8.75).squareRoot()) < 1e-12)
    #expect(correlations[3] is NSNull)
    #expect(said["envelopes"] as? [[[Double]]] == [[[0.5, 0.1], [0.9, 0.2], [1, 0.6]], []])
    #expect(said["paths"] as? [String] == ["M0.0 1.0L2.0 3.0M4.0 5.0L6.0 7.0", "", ""])
    #expect(said["scale"] as? [Double] == [125, 10])
    #expect(said["colours"] as? [String] == ["var(--c3)", "var(--c1)", "red"])
    #expect(said["imageScales"] as? [Double] == [2, 0.25])
  }
}
