/// The panel's curves over θ and its recall by class.
extension SweepPage {
  static let panelChartScript = #"""
    function rateCurves(model) {
      const box = { width: 420, height: 250, left: 36, right: 372, top: 10, bottom: 214 };
      const all = [...Array(grid.steps + 1).keys()].map(k => rates(model, k));
      const low = Math.min(0, Math.floor(5 * Math.min(...all.map(r => r.delta))) / 5);
      const x = k => box.left + k / grid.steps * (box.right - box.left);
      const y = value => box.bottom - (value - low) / (1 - low) * (box.bottom - box.top);
      const svg = draw("svg", { viewBox: `0 0 ${box.width} ${box.height}`, role: "img", "aria-label":
        `IRR, ORR and delta over theta from 0 to ${thetaText(grid.steps * grid.step)}; now ${rateText(model)}` });
      for (const value of ticks(low, 1)) {
        svg.append(draw("line", { x1: box.left, x2: box.right, y1: y(value), y2: y(value), class: value === 0 ? "frame" : "grid" }));
        svg.append(draw("text", { x: box.left - 6, y: y(value) + 4, "text-anchor": "end" }, String(value).replace("-", "−")));
      }
      for (const value of ticks(0, grid.steps * grid.step, 4)) {
        svg.append(draw("text", { x: x(value / grid.step), y: box.bottom + 17, "text-anchor": "middle" }, String(value)));
      }
      svg.append(draw("text", { x: (box.left + box.right) / 2, y: box.height - 3, "text-anchor": "middle", class: "strong" }, "θ"));
      const upright = (k, kind) => svg.append(draw("line", { x1: x(k), x2: x(k), y1: box.top, y2: box.bottom, class: kind }));
      upright(nearestStep(paperTheta), "paper");
      upright(state.k, "now");
      const series = [["irr", "IRR", "in"], ["orr", "ORR", "out"], ["delta", "Δ", "gap"]];
      // Names stand at the ends of their lines, a line's height apart.
      const ends = series.map(([key]) => y(all[grid.steps][key]) + 4);
      const order = [0, 1, 2].sort((a, b) => ends[a] - ends[b] || a - b);
      for (let i = 1; i < 3; i++) ends[order[i]] = Math.max(ends[order[i]], ends[order[i - 1]] + 14);
      const over = Math.max(0, ends[order[2]] - (box.bottom + 4));
      series.forEach(([key, name, kind], i) => {
        svg.append(draw("path", { d: "M" + all.map((r, k) => `${x(k).toFixed(1)} ${y(r[key]).toFixed(1)}`).join("L"), class: `line ${kind}` }));
        svg.append(draw("circle", { cx: x(state.k), cy: y(all[state.k][key]), r: 4, class: kind, fill: "var(--card)", "stroke-width": 2 }));
        svg.append(draw("text", { x: box.right + 7, y: ends[i] - over, class: kind }, name));
      });
      return make("div", {}, make("h3", {}, "Rates over θ"), svg, make("p", { class: "note" }, `The upright line is the chosen θ, the dotted one θ = ${thetaText(paperTheta)}.`));
    }
    function recallBars(model) {
      const head = make("h3", {}, `Recall by class at θ = ${thetaText(model.theta)}`);
      if (!model.recall.length) return make("div", {}, head, make("p", { class: "note" }, "The test images have no labels."));
      const bars = make("div", { class: "bars" });
      for (const entry of model.recall) {
        const share = entry.successes / entry.trials, bar = make("span");
        bar.style.width = 100 * share + "%";
        bars.append(make("span", {}, String(entry.class)), make("i", { "aria-hidden": "true" }, bar), make("span", {}, percent(share)));
      }
      return make("div", {}, head, bars, make("p", { class: "note" }, "The share of each class's test images that is reconstructed: classes with little are missing. Recorded at this θ; the slider does not move it."));
    }
    """#
}
