"use strict";
/**
 * The page of a likelihood experiment: each file of this folder is a script of its own, in the order in which `LikelihoodPage`
 * lists them, and sees what those before it declare.
 *
 * Here: the report, and what is said of it in words.
 */
const { element: make, fixed, isNumber } = charts;
const byId = id => document.getElementById(id);

const report = JSON.parse(byId("report").textContent);
const captions = JSON.parse(byId("captions").textContent);
const pictures = JSON.parse(byId("pictures").textContent);
const names = report.sets.map(set => set.name);
const scoreNamed = name => report.scores.find(score => score.name === name);

// Scores that have learned nothing of the data, or nothing at all.
const baselines = ["compressed length alone", "log-density, untrained"];

// The score that tells this set best: { name, auroc }; the first of several.
function bestScore(set) {
  const candidates = report.scores.filter(score => !baselines.includes(score.name));
  const { position, value } = charts.firstMaximum(candidates.length, i => candidates[i].comparisons[set].auroc);
  return { name: candidates[position].name, auroc: value };
}

function introduce() {
  const { settings } = report;
  byId("family").textContent = `${captions.family}, trained on ${settings.trainingCount} images of ${report.trainingSet}.`;
  for (const node of document.querySelectorAll("[data-test-set]")) node.textContent = names[0];
  const plain = scoreNamed("log-density");
  if (!plain) return;
  byId("findings").append(...names.slice(1).map((name, set) => {
    const best = bestScore(set);
    return make("li", {}, make("strong", {}, name),
      `: AUROC of −ln p ${fixed(plain.comparisons[set].auroc, 3)}; best score ${best.name} with ${fixed(best.auroc, 3)}.`);
  }));
}
