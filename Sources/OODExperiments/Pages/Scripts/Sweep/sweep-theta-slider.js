"use strict";
/** The slider of θ, and the button that leads back to the θ of the sweep. */

function setStep(k) {
  state.k = Math.max(0, Math.min(grid.steps, k));
  byId("theta").value = theta();
  update();
}
function makeSlider() {
  const slider = byId("theta"), end = grid.steps * grid.step, back = byId("theta-paper");
  Object.assign(slider, { min: 0, max: end, step: grid.step, value: theta() });
  slider.addEventListener("input", () => setStep(nearestStep(Number(slider.value))));
  // The middle of a slider's thumb, 16 pixels wide, keeps half of that from both ends.
  byId("theta-mark").style.left = `calc(7px + (100% - 16px) * ${sweepTheta / end})`;
  byId("theta-mark").hidden = sweepTheta < 0 || sweepTheta > end;
  back.textContent = `${sweepTheta === 50 ? "paper" : "sweep"}: ${sweepTheta}`;
  back.title = "Back to the θ that the sweep was measured at";
  back.addEventListener("click", () => setStep(nearestStep(sweepTheta)));
}
function updateSlider() {
  byId("theta-value").textContent = thetaText(theta());
  byId("theta").setAttribute("aria-valuetext", `θ = ${thetaText(theta())}`);
}
