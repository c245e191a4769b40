"use strict";
/** From numbers to places: ticks, ranges, scales and bins. All of it is plain arithmetic. */
{
  /** Where a step of 1, 2, 2.5 or 5 times a power of ten gives about `count` of them. */
  function stepOf(low, high, count) {
    const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
    return [1, 2, 2.5, 5, 10].map(factor => factor * power).find(step => step >= rough * 0.999);
  }

  /** Without the digits that rounding leaves in a product; adding 0 makes −0 a 0. */
  const tidy = value => Number(value.toPrecision(12)) + 0;

  /** About `count` round numbers from low to high, both included; none where the range is empty or infinite. */
  function ticks(low, high, count = 5) {
    if (!(high > low) || !isFinite(high - low)) return [];
    const step = stepOf(low, high, count), values = [];
    // A range far from zero may be narrower than the numbers there are apart.
    if (!(low + step > low) || !(high - step < high)) return [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i++) {
      values.push(tidy(i * step));
    }
    return values;
  }

  /** The range of the numbers that are known, widened to round ends; [0, 1] when there are none. */
  function rangeOf(values) {
    let low = Infinity, high = -Infinity;
    for (const value of values) if (charts.isNumber(value)) [low, high] = [Math.min(low, value), Math.max(high, value)];
    if (low > high) return [0, 1];
    if (low === high) [low, high] = [low - 0.5, high + 0.5];
    const step = stepOf(low, high, 5);
    return [tidy(Math.floor(low / step) * step), tidy(Math.ceil(high / step) * step)];
  }

  /** The function that takes low to `start` and high to `end`. */
  const scale = ([low, high], start, end) => value => start + (value - low) / (high - low) * (end - start);

  /**
   * Counts of several sets in common bins of equal width, from the 0.5% to the 99.5% quantile of all together, as
   * `ScoreHistogram` has them: { low, high, sets: [{ counts, below, above }] }.
   */
  function binned(sets, bins = 60) {
    const pooled = sets.flat().filter(isFinite).sort((a, b) => a - b);
    let [low, high] = [0, 1];
    if (pooled.length) {
      const margin = Math.floor(pooled.length / 200), last = pooled.length - 1;
      [low, high] = [pooled[margin], pooled[last - margin]];
      if (low === high) [low, high] = [pooled[0], pooled[last]];
      if (low === high) [low, high] = [low - 0.5, high + 0.5];
    }
    const count = values => {
      const counts = new Array(bins).fill(0);
      let below = 0, above = 0;
      for (const value of values) {
        if (value < low) below += 1;
        else if (!(value <= high)) above += 1;
        else counts[Math.min(bins - 1, Math.floor((value - low) / (high - low) * bins))] += 1;
      }
      return { counts, below, above };
    };
    return { low, high, sets: sets.map(count) };
  }

  /** The share of a whole set, what lies beyond the range included, that is in each bin. */
  function shares({ counts, below = 0, above = 0 }) {
    const total = counts.reduce((sum, n) => sum + n, below + above);
    return counts.map(n => n / Math.max(1, total));
  }

  Object.assign(charts, { ticks, rangeOf, scale, binned, shares });
}
