"use strict";
/** Curves over thresholds and numbers of classes, and the maps of the rings. */

function showAccuracyCurves() {
  const all = [0, ...thresholds];
  charts.curves(byId("accuracy-curves"), {
    label: "Accuracy over the threshold, a line a classifier", aspect: 0.45, tallest: 300, digits: 3, xName: "τ",
    x: { title: "τ", range: [0, 1] }, y: { title: "right, share of test images", range: [0, 1] },
    series: report.classifiers.map((classifier, colour) => ({ name: classifier.name, colour,
      points: classifier.accuracies.map(({ share }, place) => [all[place], share]) })) });
}
function showOpenSet() {
  const methods = [...new Set(report.openSet.map(point => point.method))];
  if (!methods.length) return byId("open-set-section").remove();
  const counts = [...new Set(report.openSet.map(point => point.classes))];
  const range = [Math.min(...counts), Math.max(...counts, Math.min(...counts) + 1)];
  charts.legend(byId("open-legend"), [{ items: methods.map((text, colour) => ({ text, colour })) }]);
  const draw = (id, label, value) => charts.curves(byId(id), {
    label, aspect: 0.45, tallest: 320, digits: 3, xName: "training classes", x: { title: "training classes", range },
    y: { title: "", range: [0, 1] }, series: methods.map((method, colour) => ({ colour,
      points: report.openSet.filter(point => point.method === method).map(point => [point.classes, value(point) ?? null]) })) });
  draw("open-accuracy", "Open-set accuracy over the number of training classes", point => point.accuracy);
  draw("open-auroc", "AUROC of unknown classes over the number of training classes", point => point.auroc);
  charts.table(byId("open"), {
    id: "open", label: "Open-set recognition",
    columns: [{ key: "method", title: "method", as: "text" }, { key: "classes", title: "classes" },
      { key: "accuracy", title: "accuracy", as: "bar", about: "The mean over subsets; the mark is from the least to the largest" },
      { key: "auroc", title: "AUROC", as: "bar", digits: 4, chance: 0.5 }, { key: "subsets", title: "subsets" }],
    rows: report.openSet.map((point, i) => ({ id: `open-${i}`, cells: {
      method: point.method, classes: point.classes,
      accuracy: { value: point.accuracy, low: point.leastAccuracy, high: point.largestAccuracy,
        about: `from ${percent(point.leastAccuracy)} to ${percent(point.largestAccuracy)}` },
      auroc: point.auroc ?? null, subsets: point.subsets } })) });
}
function showRings() {
  byId("rings").append(...report.rings.map(({ title, side, strip }) => make("figure", {},
    charts.imageRow(strip, { width: side, height: side, size: 250, label: title }), make("figcaption", {}, title))));
}
