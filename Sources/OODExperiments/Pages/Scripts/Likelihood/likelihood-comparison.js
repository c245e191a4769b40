"use strict";
/** The page that compares the models of several likelihood experiments of the same sets. */
const { element: make } = charts;
const byId = id => document.getElementById(id);
const read = id => JSON.parse(byId(id).textContent);
const [reports, titles, pictures, [height, width]] = [read("reports"), read("titles"), read("pictures"), read("size")];
const sets = reports[0].sets.map(set => set.name);

function showDensities() {
  charts.table(byId("densities"), {
    id: "densities", label: "Bits per dimension of every model",
    columns: [
      { key: "model", title: "model", as: "text" },
      ...sets.map((name, i) => ({ key: `set-${i}`, title: name, digits: 3 })),
      { key: "parameters", title: "parameters", as: "count" }, { key: "seconds", title: "training, seconds", digits: 1 }],
    rows: reports.map((report, i) => ({ id: `density-${i}`, cells: {
      model: titles[i], ...Object.fromEntries(report.sets.map((set, k) => [`set-${k}`, set.bitsPerDimension])),
      parameters: report.trainings[0]?.parameterCount ?? null,
      seconds: report.trainings[0]?.seconds > 0 ? report.trainings[0].seconds : "kept" } })) });
}

// One table for each foreign set: a row for each score, a column for each model.
function showScores() {
  const names = [...new Set(reports.flatMap(report => report.scores.map(score => score.name)))];
  sets.slice(1).forEach((set, number) => {
    const place = make("div");
    byId("scores-shown").append(make("h3", {}, set), place);
    charts.table(place, {
      id: `scores-${number}`, label: `AUROC of every score on ${set}`,
      columns: [{ key: "score", title: "score", as: "text" }, ...titles.map((title, i) => (
        { key: `model-${i}`, title, as: "bar", digits: 3, chance: 0.5 }))],
      rows: names.map((name, row) => ({ id: `score-${number}-${row}`, cells: {
        score: name, ...Object.fromEntries(reports.map((report, i) => {
          const found = report.scores.find(score => score.name === name)?.comparisons[number];
          return [`model-${i}`, found ? { value: found.auroc, low: found.low, high: found.high } : null];
        })) } })) });
  });
}

function showPictures() {
  pictures.forEach((strip, i) => byId("pictures-shown").append(make("figure", {},
    charts.imageRow(strip, { width, height, size: 58, label: `Draws from ${titles[i]}` }),
    make("figcaption", {}, titles[i]))));
}
byId("training-set").textContent = reports[0].trainingSet;
byId("test-set").textContent = sets[0];
showDensities();
showScores();
showPictures();
