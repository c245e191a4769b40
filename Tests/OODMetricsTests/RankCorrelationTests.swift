import OODMetrics
import Testing

@Suite("Rank correlation")
struct RankCorrelationTests {
  @Test("Known values, with ties and infinities")
  func values() throws {
    #expect(try RankCorrelation.ranks([30, 10, 20, 10]) == [3, 0.5, 2, 0.5])
    #expect(try abs(RankCorrelation.spearman([1, 2, 3], [10, 100, .infinity]) - 1) < 1e-12)
    #expect(try abs(RankCorrelation.spearman([1, 2, 3], [3, 2, 1]) + 1) < 1e-12)
    // 1 − 6 Σ d² / (n (n² − 1)) without ties: differences 1, 1, 1, 1, 0.
    #expect(try abs(RankCorrelation.spearman([1, 2, 3, 4, 5], [2, 1, 4, 3, 5]) - 0.8) < 1e-12)
    // scipy.stats.spearmanr([1, 1, 2, 3], [4, 3, 3, 9])
    #expect(try abs(RankCorrelation.spearman([1, 1, 2, 3], [4, 3, 3, 9]) - 0.5) < 1e-12)
  }

  @Test("What has no order is refused")
  func refusals() {
    for (a, b) in [([1.0, 2], [1.0]), ([1], [1]), ([1, 1], [1, 2]), ([1, .nan], [1, 2])] {
      #expect(throws: MetricError.self) { try RankCorrelation.spearman(a, b) }
    }
  }
}
