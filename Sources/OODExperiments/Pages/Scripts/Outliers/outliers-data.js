"use strict";
/**
 * The page of an outlier generation experiment: each file of this folder is a script of its own, in the order in which
 * `OutlierGenerationPage` lists them, and sees what those before it declare.
 *
 * Here: the report, and what is said of it in words.
 */
const { element: make, fixed } = charts;
const byId = id => document.getElementById(id);

const report = JSON.parse(byId("report").textContent);
const seed = JSON.parse(byId("seed").textContent);
const pictures = JSON.parse(byId("pictures").textContent);
const interval = ({ low, high }, digits) => `${fixed(low, digits)} to ${fixed(high, digits)}`;

// Rows whose gain is more than chance; real outliers are what the others are measured against.
const isGain = gain => gain && gain.low > 0;

function introduce() {
  for (const node of document.querySelectorAll("[data-training-set]")) node.textContent = report.trainingSet;
  for (const node of document.querySelectorAll("[data-repetitions]")) node.textContent = report.settings.repetitions;
  byId("findings").append(...report.controls.map((name, set) => {
    const [none, ...others] = report.classifiers;
    const made = others.filter(row => row.name !== "real outliers");
    const { position } = charts.firstMaximum(made.length, i => made[i].sets[set].auroc.mean);
    const best = made[position], gain = best.sets[set].gain;
    const word = isGain(gain) ? "a gain" : gain.high < 0 ? "a loss" : "a tie";
    return make("li", {}, make("strong", {}, name),
      `: AUROC ${fixed(none.sets[set].auroc.mean, 3)} without outliers; best generated ones ${best.name} with `
      + `${fixed(best.sets[set].auroc.mean, 3)}, ${word} (${interval(gain, 3)}).`);
  }));
}
