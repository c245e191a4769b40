"use strict";
/** The panel's curves over θ and its recall by class. */

const interval = (estimate, text) => `95%: ${text(estimate.low)} to ${text(estimate.high)}`;

const panelCurves = { element: make("div", { id: "panel-curves" }), chart: null };
function rateCurves(model) {
  const all = Array.from({ length: grid.steps + 1 }, (_, k) => rates(model, k));
  const line = (name, key, colour) => ({ name, colour, points: all.map((r, k) => [k * grid.step, r[key]]) });
  const data = {
    label: `IRR, ORR and delta over theta from 0 to ${thetaText(grid.steps * grid.step)}; now ${rateText(rates(model))}`,
    aspect: 0.72, digits: 3, xName: "θ =", xDigits: thetaDigits,
    x: { title: "θ", range: [0, grid.steps * grid.step] },
    y: { range: [Math.min(0, Math.floor(5 * Math.min(...all.map(r => r.delta))) / 5), 1] },
    series: [line("IRR", "irr", "var(--good)"), line("ORR", "orr", "var(--bad)"), line("Δ", "delta", "var(--accent)")],
    uprights: [{ x: nearestStep(sweepTheta) * grid.step, kind: "dotted" }, { x: theta(), kind: "now" }] };
  if (panelCurves.chart) panelCurves.chart.update(data);
  else panelCurves.chart = charts.curves(panelCurves.element, data);
  return make("div", {}, make("h3", {}, "Rates over θ"), panelCurves.element,
    make("p", { class: "note" }, `The upright line is the chosen θ, the dotted one θ = ${thetaText(sweepTheta)}.`));
}
function recallBars(model) {
  const head = make("h3", {}, `Recall by class at θ = ${thetaText(model.theta)}`);
  const note = text => make("p", { class: "note" }, text);
  if (!model.recall.length) return make("div", {}, head, note("The test images have no labels."));
  const element = make("div");
  charts.table(element, {
    id: "recall", label: "Recall by class",
    columns: [{ key: "class", title: "class" }, { key: "share", title: "recall", as: "bar" }],
    rows: model.recall.map(entry => {
      const { estimate, low, high } = charts.wilson(entry.successes, entry.trials);
      const about = `${entry.successes} of ${entry.trials}; ${interval({ low, high }, percent)}`;
      return { id: `recall-${entry.class}`, cells: { class: entry.class, share: { value: estimate, low, high, about } } };
    }) });
  return make("div", {}, head, element, note("The share of each class's test images that is reconstructed, with its 95% interval:"
    + " classes with little are missing. Recorded at this θ; the slider does not move it."));
}
