"use strict";
/** The control sets, the line that sums up, the choice of a model, and what follows from a change. */

function setControl(value) {
  const select = byId("control");
  if (![...select.options].some(option => option.value === value)) return;
  select.value = state.control = value;
  update();
}
function choose(model) {
  state.model = model;
  ratePoints.reach(`model-${model.index}`);
  if (objectnessPoints) objectnessPoints.reach(`object-${model.index}`);
  update();
}
function makeControls() {
  const select = byId("control");
  controls.forEach((name, set) => select.append(new Option(name, String(set))));
  if (controls.length > 1) select.append(new Option("mean over all", "mean"), new Option("minimum of Δ over all", "min"));
  select.addEventListener("change", () => setControl(select.value));
}
function updateSummary() {
  const shown = models.filter(isShown), summary = byId("summary");
  byId("filter-count").textContent = `${shown.length} of ${models.length}`;
  if (!shown.length) return summary.replaceChildren("No model passes the filters.");
  const top = shown[charts.firstMaximum(shown.length, i => rates(shown[i]).delta).position];
  const r = charts.correlation(shown.map(model => [rates(model).irr, rates(model).orr]));
  summary.replaceChildren(`At θ = ${thetaText(theta())}: best Δ `, make("b", {}, fixed(rates(top).delta, 3)), ` (${top.label}).`
    + (r === null ? "" : ` IRR and ORR correlate by ${fixed(r, 2)}.`));
  if (!state.model) return;
  const jump = make("button", { type: "button", title: "To its panel" }, state.model.label);
  jump.addEventListener("click", () => byId("panel").scrollIntoView());
  summary.append(" Chosen: ", jump);
}
function update() {
  updateSlider();
  updateSummary();
  updateScatter();
  updateTable();
  updatePanel();
  updateDownloads();
  keepLink();
}
