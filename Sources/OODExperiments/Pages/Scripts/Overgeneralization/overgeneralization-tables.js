"use strict";
/** The tables. */

function showAccuracy() {
  const all = [0, ...thresholds];
  charts.table(byId("accuracy"), {
    id: "accuracy", label: "Accuracy of every classifier",
    columns: [
      { key: "classifier", title: "classifier", as: "text" },
      ...all.map(threshold => ({ key: `at-${threshold}`, title: `right at ${tau(threshold)}`, as: "bar" })),
      { key: "residual", title: "residual", as: "text" }, { key: "alive", title: "decoder", as: "text" },
      { key: "alpha", title: "α", digits: 3 }, { key: "beta", title: "β", digits: 3 },
      { key: "curved", title: "γ > 0", as: "percent", about: "The share of images at which Γ would act" },
      { key: "parameters", title: "parameters", as: "count" }],
    rows: report.classifiers.map((classifier, i) => ({ id: `accuracy-${i}`, title: classifier.about, cells: {
      classifier: classifier.name,
      ...Object.fromEntries(all.map((threshold, place) => [`at-${threshold}`, bar(classifier.accuracies[place])])),
      residual: classifier.residuals ? classifier.residuals.map(value => fixed(value, 1)).join(" / ") : "–",
      alive: { true: "alive", false: "collapsed", null: "–" }[isAlive(classifier)],
      alpha: classifier.confidence?.alpha ?? null, beta: classifier.confidence?.beta ?? null,
      curved: classifier.curvedUpwards?.share ?? null, parameters: classifier.parameterCount } })) });
}
function showFooling() {
  charts.table(byId("fooling"), {
    id: "fooling", label: "Fooling of every classifier by every attack",
    columns: [
      { key: "classifier", title: "classifier", as: "text" }, { key: "attack", title: "attack", as: "text" },
      { key: "threshold", title: "τ" }, { key: "fooled", title: "fooled", as: "bar" },
      { key: "steps", title: "mean steps", digits: 1 }, { key: "unrecognizable", title: "unrecognizable", as: "bar" },
      { key: "nearest", title: "nearest", digits: 2 }, { key: "accuracy", title: "accuracy at τ", as: "percent" },
      { key: "residual", title: "median residual", digits: 2 }],
    rows: report.fooling.map((row, i) => {
      const classifier = classifierNamed(row.classifier);
      return { id: `fooling-${i}`, cells: {
        classifier: row.classifier, attack: row.attack, threshold: row.threshold, fooled: bar(row.fooled),
        steps: row.meanSteps ?? null, unrecognizable: bar(row.unrecognizable), nearest: row.nearestDistance ?? null,
        accuracy: accuracyAt(classifier, row.threshold).share, residual: classifier.residuals?.[1] ?? null } };
    }) });
  for (const { title, strip, width, height } of report.pictures) {
    byId("pictures-shown").append(make("figure", {},
      charts.imageRow(strip, { width, height, size: 58, label: title }), make("figcaption", {}, title)));
  }
}
function showRadius() {
  if (!report.radiusAttacks.length) return byId("radius-section").remove();
  charts.table(byId("radius"), {
    id: "radius", label: "Attacks within a radius",
    columns: [
      { key: "classifier", title: "classifier", as: "text" }, { key: "attack", title: "attack", as: "text" },
      { key: "radius", title: "radius" }, { key: "right", title: "right", as: "bar" },
      { key: "wrong", title: "wrong", as: "bar" }, { key: "refused", title: "refused", as: "bar" }],
    rows: report.radiusAttacks.map((row, i) => ({ id: `radius-${i}`, cells: {
      classifier: row.classifier, attack: row.attack, radius: row.radius, right: bar(row.right), wrong: bar(row.wrong),
      refused: bar(row.refused) } })) });
}
function showScoreTable(id, label, scores) {
  const sets = scores[0]?.comparisons.map(({ set }) => set) ?? [];
  charts.table(byId(id), {
    id, label, columns: [{ key: "score", title: "score", as: "text" }, ...sets.map((set, i) => (
      { key: `auroc-${i}`, title: set, as: "bar", digits: 4, chance: 0.5,
        about: "AUROC; the thick mark is the 95% interval, the line in the middle chance" }))],
    rows: scores.map((score, i) => ({ id: `${id}-${i}`, title: score.about, cells: {
      score: score.name, ...Object.fromEntries(sets.map((_, set) => [`auroc-${set}`, null])),
      ...Object.fromEntries(score.comparisons.map(({ auroc, low, high }, set) => [`auroc-${set}`,
        { value: auroc, low, high, about: `95% interval ${fixed(low, 4)} to ${fixed(high, 4)}` }])) } })) });
}
function showScores() {
  showScoreTable("scores", "AUROC of every score", report.scores);
  if (!report.clutter.length) return byId("clutter-section").remove();
  showScoreTable("clutter", "AUROC among clutter", report.clutter);
}
function showOneClass() {
  if (!report.oneClass.length) return byId("one-class-section").remove();
  const classes = report.oneClass[0].aurocs.map((_, label) => label);
  charts.table(byId("one-class"), {
    id: "one-class", label: "AUROC of 1-class recognition", sort: { key: "mean", falls: true },
    columns: [{ key: "method", title: "method", as: "text" },
      { key: "mean", title: "mean AUROC", as: "bar", digits: 4, chance: 0.5 },
      ...classes.map(label => ({ key: `class-${label}`, title: `${label}`, digits: 3 }))],
    rows: report.oneClass.map(({ method, mean, aurocs }, i) => ({ id: `one-class-${i}`, cells: {
      method, mean, ...Object.fromEntries(aurocs.map((auroc, label) => [`class-${label}`, auroc])) } })) });
}
