/// Rates at the chosen θ, with the intervals of `ReconstructionRates`.
extension SweepPage {
  static let rateScript = #"""
    // The normal quantile of a two-sided 95% interval.
    const z95 = 1.959963984540054;
    function wilson(successes, trials) {
      const p = successes / trials, scale = 1 + z95 * z95 / trials;
      const centre = (p + z95 * z95 / (2 * trials)) / scale;
      const reach = z95 * Math.sqrt(p * (1 - p) / trials + z95 * z95 / (4 * trials * trials)) / scale;
      return {
        estimate: p, successes, trials, low: successes === 0 ? 0 : Math.min(p, Math.max(0, centre - reach)),
        high: successes === trials ? 1 : Math.max(p, Math.min(1, centre + reach)) };
    }
    // IRR − the mean of ORR, with the interval of Newcombe (1998) and Zou, Huang and Zhang (2009).
    function difference(own, others) {
      const weight = 1 / others.length;
      let estimate = 0, below = (own.estimate - own.low) ** 2, above = (own.high - own.estimate) ** 2;
      for (const other of others) {
        estimate += weight * (own.successes * other.trials - other.successes * own.trials) / (own.trials * other.trials);
        below += (weight * (other.high - other.estimate)) ** 2;
        above += (weight * (other.estimate - other.low)) ** 2;
      }
      return { estimate, low: Math.max(-1, estimate - Math.sqrt(below)), high: Math.min(1, estimate + Math.sqrt(above)) };
    }
    const inRate = (model, k) => wilson(model.curves.in[k], model.irr.trials);
    const outRate = (model, set, k) => wilson(model.curves.controls[set][k], model.orr[set].trials);

    // The control set that a panel shows images of: the chosen one; under mean and minimum, the one with the largest ORR.
    function shownSet(model, k = state.k) {
      if (state.control !== "mean" && state.control !== "min") return Number(state.control);
      let worst = 0;
      for (let set = 1; set < controls.length; set++) {
        if (model.curves.controls[set][k] / model.orr[set].trials > model.curves.controls[worst][k] / model.orr[worst].trials) worst = set;
      }
      return worst;
    }
    // IRR, ORR and Δ without intervals: what points, curves and the table show.
    function rates(model, k = state.k) {
      const irr = model.curves.in[k] / model.irr.trials;
      const shares = model.curves.controls.map((counts, set) => counts[k] / model.orr[set].trials);
      const orr = state.control === "mean" ? shares.reduce((a, b) => a + b, 0) / shares.length : shares[shownSet(model, k)];
      return { irr, orr, delta: irr - orr };
    }
    // The same with intervals. The minimum of Δ has no interval here but that of the set that attains it.
    function estimates(model) {
      const own = inRate(model, state.k);
      const sets = state.control === "mean" ? controls.map((_, set) => set) : [shownSet(model)];
      const others = sets.map(set => outRate(model, set, state.k));
      return { irr: own, orr: others.length === 1 ? others[0] : null, others, delta: difference(own, others) };
    }
    function bestStep(model) {
      let best = 0, largest = -Infinity;
      for (let k = 0; k <= grid.steps; k++) {
        const delta = rates(model, k).delta;
        if (delta > largest) [best, largest] = [k, delta];
      }
      return { k: best, delta: largest };
    }
    function controlText() {
      if (state.control === "mean") return "the mean of the control sets";
      if (state.control === "min") return "the control set with the smallest Δ";
      return controls[Number(state.control)];
    }
    function correlation(pairs) {
      const n = pairs.length, mean = i => pairs.reduce((sum, pair) => sum + pair[i], 0) / n;
      const [mx, my] = [mean(0), mean(1)];
      let xx = 0, yy = 0, xy = 0;
      for (const [x, y] of pairs) { xx += (x - mx) ** 2; yy += (y - my) ** 2; xy += (x - mx) * (y - my); }
      return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : null;
    }
    """#
}
