"use strict";
/** Statistics of counts, term by term as `Proportion` and `ReconstructionRates` compute them. */
{
  // The normal quantile of a two-sided 95% interval.
  const z95 = 1.959963984540054;

  /** A share with Wilson's score interval (1927): { estimate, successes, trials, low, high }. */
  function wilson(successes, trials) {
    const p = successes / trials, scale = 1 + z95 * z95 / trials;
    const centre = (p + z95 * z95 / (2 * trials)) / scale;
    const reach = z95 * Math.sqrt(p * (1 - p) / trials + z95 * z95 / (4 * trials * trials)) / scale;
    return {
      estimate: p, successes, trials,
      low: successes === 0 ? 0 : Math.min(p, Math.max(0, centre - reach)),
      high: successes === trials ? 1 : Math.max(p, Math.min(1, centre + reach)),
    };
  }

  /** a/n − b/m with one rounding, so that equal differences are equal numbers. */
  const difference = (a, n, b, m) => (a * m - b * n) / (n * m);

  /**
   * A share less the mean of others, all from `wilson`, with the interval of Newcombe (1998, method 10), for several others
   * that of Zou, Huang and Zhang (2009): { estimate, low, high }.
   */
  function meanDifference(own, others) {
    const weight = 1 / others.length;
    let sum = 0, below = (own.estimate - own.low) ** 2, above = (own.high - own.estimate) ** 2;
    for (const other of others) {
      sum += difference(own.successes, own.trials, other.successes, other.trials);
      below += (weight * (other.high - other.estimate)) ** 2;
      above += (weight * (other.estimate - other.low)) ** 2;
    }
    const estimate = sum * weight;
    return {
      estimate, low: Math.max(-1, estimate - Math.sqrt(below)), high: Math.min(1, estimate + Math.sqrt(above)),
    };
  }

  /** The first of the positions 0 to count − 1 at which value(position) is largest: { position, value }. */
  function firstMaximum(count, value) {
    let best = { position: 0, value: -Infinity };
    for (let position = 0; position < count; position++) {
      const candidate = value(position);
      if (candidate > best.value) best = { position, value: candidate };
    }
    return best;
  }

  /** Pearson's correlation of pairs; null where one of both is constant. */
  function correlation(pairs) {
    const mean = i => pairs.reduce((sum, pair) => sum + pair[i], 0) / pairs.length;
    const [mx, my] = [mean(0), mean(1)];
    let xx = 0, yy = 0, xy = 0;
    for (const [x, y] of pairs) {
      xx += (x - mx) ** 2;
      yy += (y - my) ** 2;
      xy += (x - mx) * (y - my);
    }
    return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
  }

  /**
   * Of pairs [x, y], by ascending x, those for which no other has as large an x and as small a y; of equal ones the first.
   */
  function lowerEnvelope(pairs) {
    const envelope = [];
    for (const pair of [...pairs].sort((a, b) => b[0] - a[0] || a[1] - b[1])) {
      if (!envelope.length || pair[1] < envelope[0][1]) envelope.unshift(pair);
    }
    return envelope;
  }

  Object.assign(charts, { wilson, difference, meanDifference, firstMaximum, correlation, lowerEnvelope });
}
