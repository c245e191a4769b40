"use strict";
/** The θ slider, the control sets, the line that sums up, and the choice of a model. */

function setStep(k) {
  state.k = Math.max(0, Math.min(grid.steps, k));
  byId("theta").value = theta();
  update();
}
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
  const slider = byId("theta"), end = grid.steps * grid.step, back = byId("theta-paper"), select = byId("control");
  Object.assign(slider, { min: 0, max: end, step: grid.step, value: theta() });
  slider.addEventListener("input", () => setStep(nearestStep(Number(slider.value))));
  // The middle of a slider's thumb, 16 pixels wide, keeps half of that from both ends.
  byId("theta-mark").style.left = `calc(7px + (100% - 16px) * ${sweepTheta / end})`;
  byId("theta-mark").hidden = sweepTheta < 0 || sweepTheta > end;
  back.textContent = `${sweepTheta === 50 ? "paper" : "sweep"}: ${sweepTheta}`;
  back.title = "Back to the θ that the sweep was measured at";
  back.addEventListener("click", () => setStep(nearestStep(sweepTheta)));
  controls.forEach((name, set) => select.append(new Option(name, String(set))));
  if (controls.length > 1) select.append(new Option("mean over all", "mean"), new Option("minimum of Δ over all", "min"));
  select.addEventListener("change", () => setControl(select.value));
}
function updateControls() {
  byId("theta-value").textContent = thetaText(theta());
  byId("theta").setAttribute("aria-valuetext", `θ = ${thetaText(theta())}`);
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
  updateControls();
  updateScatter();
  updateTable();
  updatePanel();
  updateDownloads();
  keepLink();
}
