/// The slider, the control sets, the line that sums up, and the choice of a model.
extension SweepPage {
  static let controlScript = #"""
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
      ratePoints.reach(model);
      if (objectnessPoints && isNumber(model.objectness)) objectnessPoints.reach(model);
      update();
    }
    function makeControls() {
      const slider = byId("theta"), end = grid.steps * grid.step, paper = byId("theta-paper"), select = byId("control");
      Object.assign(slider, { min: 0, max: end, step: grid.step, value: theta() });
      slider.addEventListener("input", () => setStep(nearestStep(Number(slider.value))));
      // The middle of a slider's thumb, 16 pixels wide, keeps half of that from both ends.
      byId("theta-mark").style.left = `calc(7px + (100% - 16px) * ${paperTheta / end})`;
      byId("theta-mark").hidden = paperTheta < 0 || paperTheta > end;
      paper.textContent = `${paperTheta === 50 ? "paper" : "sweep"}: ${paperTheta}`;
      paper.title = "Back to the θ that the sweep was measured at";
      paper.addEventListener("click", () => setStep(nearestStep(paperTheta)));
      controls.forEach((name, set) => select.append(new Option(name, String(set))));
      if (controls.length > 1) select.append(new Option("mean over all", "mean"), new Option("minimum of Δ over all", "min"));
      select.addEventListener("change", () => setControl(select.value));
    }
    function updateControls() {
      byId("theta-value").textContent = thetaText(theta());
      byId("theta").setAttribute("aria-valuetext", `θ = ${thetaText(theta())}`);
      const shown = models.filter(isShown);
      byId("filter-count").textContent = `${shown.length} of ${models.length}`;
      const summary = byId("summary");
      if (!shown.length) return summary.replaceChildren("No model passes the filters.");
      const top = shown.reduce((a, b) => rates(b).delta > rates(a).delta ? b : a);
      const r = correlation(shown.map(model => { const { irr, orr } = rates(model); return [irr, orr]; }));
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
      updateObjectness();
      updateTable();
      updatePanel();
      updateDownloads();
      keepLink();
    }
    """#
}
