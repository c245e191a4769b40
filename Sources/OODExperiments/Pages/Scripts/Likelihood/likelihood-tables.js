"use strict";
/** The tables of densities, scores, batches and trainings. */

function showDensities() {
  charts.table(byId("densities"), {
    id: "densities", label: "Densities and compressed lengths",
    columns: [
      { key: "set", title: "test set", as: "text" }, { key: "images", title: "images", as: "count" },
      { key: "model", title: "model, bits per dimension", digits: 2 },
      ...captions.compressors.map(name => ({ key: name, title: name, digits: 2 }))],
    rows: report.sets.map((set, i) => ({ id: `density-${i}`, cells: {
      set: set.name, images: set.count, model: set.bitsPerDimension,
      ...Object.fromEntries(captions.compressors.map(name => [name, set.compressedBitsPerDimension[name] ?? null])) } })) });
}
function showScores() {
  const others = names.slice(1);
  charts.table(byId("scores"), {
    id: "scores", label: "AUROC of every score",
    groups: [{ title: "", span: 1 }, ...others.map(name => ({ title: name, span: 3 }))],
    columns: [{ key: "score", title: "score", as: "text" }, ...others.flatMap((_, set) => [
      { key: `auroc-${set}`, title: "AUROC", as: "bar", digits: 4, chance: 0.5,
        about: "The thick mark is the 95% interval, the line in the middle chance" },
      { key: `interval-${set}`, title: "95%", as: "text" },
      { key: `fpr-${set}`, title: "FPR", digits: 3,
        about: `The share of ${names[0]} that is flagged where 95% of the foreign images are` }])],
    rows: report.scores.map((score, i) => ({ id: `score-${i}`, title: score.about, cells: {
      score: score.name,
      ...Object.fromEntries(score.comparisons.flatMap(({ auroc, low, high, falsePositiveRateAt95 }, set) => [
        [`auroc-${set}`, { value: auroc, low, high, about: `95% interval ${fixed(low, 4)} to ${fixed(high, 4)}` }],
        [`interval-${set}`, `${fixed(low, 3)} to ${fixed(high, 3)}`], [`fpr-${set}`, falsePositiveRateAt95]])) } })) });
}
function showBatches() {
  if (!report.batchScores.length) return byId("batches-section").remove();
  charts.table(byId("batches"), {
    id: "batches", label: "Scores of batches",
    groups: [{ title: "", span: 2 }, ...names.map((name, set) => ({ title: name, span: set > 0 ? 2 : 1 }))],
    columns: [{ key: "score", title: "score", as: "text" }, { key: "size", title: "batch" }, ...names.flatMap((_, set) => [
      { key: `flagged-${set}`, title: "flagged", digits: 3 },
      ...set > 0 ? [{ key: `auroc-${set}`, title: "AUROC", digits: 4 }] : []])],
    rows: report.batchScores.map((score, i) => ({ id: `batch-${i}`, cells: {
      score: score.name, size: score.batchSize,
      ...Object.fromEntries(score.sets.flatMap((set, i) => [
        [`flagged-${i}`, set.flagged ?? null], [`auroc-${i}`, set.auroc ?? null]])) } })) });
}
function showTrainings() {
  const { settings } = report;
  charts.table(byId("trainings"), {
    id: "trainings", label: "The models and their trainings",
    columns: [
      { key: "model", title: "model", as: "text" }, { key: "parameters", title: "parameters", as: "count" },
      { key: "loss", title: "last loss, nats", digits: 1 }, { key: "seconds", title: "seconds", digits: 1 }],
    rows: report.trainings.map((training, i) => ({ id: `training-${i}`, cells: {
      model: training.role, parameters: training.parameterCount ?? null, loss: training.loss ?? null,
      seconds: training.seconds > 0 ? training.seconds : "kept" } })) });
  byId("settings").textContent = `Seed ${captions.seed}, ${settings.epochs} epochs, batches of ${settings.batchSize}, `
    + `learning rate ${settings.learningRate}, mutation rate ${settings.mutationRate}.`;
}
