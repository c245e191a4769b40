"use strict";
/** The tables of classifiers, discriminators, radii, archetypes and distances. */

function showRows(id, label, rows, first, withGain) {
  const bar = mean => ({ value: mean.mean, low: Math.max(0, mean.low), high: Math.min(1, mean.high), about: interval(mean, 4) });
  charts.table(byId(id), {
    id, label,
    groups: [{ title: "", span: 2 }, ...report.controls.map(name => ({ title: name, span: withGain ? 3 : 2 }))],
    columns: [{ key: "name", title: first, as: "text" }, { key: "accuracy", title: "accuracy", digits: 4 },
      ...report.controls.flatMap((_, set) => [
        { key: `auroc-${set}`, title: "AUROC", as: "bar", digits: 3, chance: 0.5 },
        { key: `ap-${set}`, title: "AP", digits: 3 },
        ...withGain ? [{ key: `gain-${set}`, title: "gain", as: "text" }] : []])],
    rows: rows.map((row, i) => ({ id: `${id}-${i}`, title: row.about, cells: {
      name: row.name, accuracy: { value: row.accuracy.mean, about: interval(row.accuracy, 4) },
      ...Object.fromEntries(row.sets.flatMap(({ auroc, averagePrecision, gain }, set) => [
        [`auroc-${set}`, bar(auroc)],
        [`ap-${set}`, { value: averagePrecision.mean, about: interval(averagePrecision, 4) }],
        [`gain-${set}`, gain ? (gain.low <= 0 && gain.high >= 0 ? `tie (${interval(gain, 3)})` : interval(gain, 3)) : "–"]])) } })) });
}
function showRadii() {
  const { radii } = report, names = ["χ law", ...radii.sets.map(set => set.name)];
  charts.legend(byId("radii-legend"), [{ items: names.map((text, colour) => ({ text, colour })) }]);
  const { low, high, counts, below, above } = radii.histogram;
  charts.histogram(byId("radii"), {
    label: `Radii of ${names.join(", ")}`, low, high, x: { title: "‖f(x)‖" }, aspect: 0.5, tallest: 280,
    sets: names.map((name, set) => ({ name, counts: counts[set], below: below[set], above: above[set] })) });
  charts.table(byId("radii-table"), {
    id: "radii-table", label: "Radii",
    columns: [{ key: "set", title: "set", as: "text" }, { key: "mean", title: "mean radius", digits: 2 },
      { key: "deviation", title: "standard deviation", digits: 3 }],
    rows: [{ name: `χ law in ${radii.dimensions} dimensions`, mean: radii.mean, standardDeviation: radii.standardDeviation }, ...radii.sets]
      .map((set, i) => ({ id: `radii-table-${i}`, cells: { set: set.name, mean: set.mean, deviation: set.standardDeviation } })) });
}
function showArchetypes() {
  const { archetypes } = report;
  charts.table(byId("archetypes-table"), {
    id: "archetypes-table", label: "Errors of reconstruction",
    columns: [{ key: "way", title: "t of test images by way of", as: "text" }, { key: "error", title: "mean squared error", digits: 4,
      about: "t's numbers have variance 1 in the base" }],
    rows: [["coefficients in archetypes", archetypes.reconstructionError],
      ["coefficients, and what these don’t see", archetypes.reconstructionErrorWithNullspace],
      ["coefficients, nothing trained", archetypes.untrainedError]]
      .map(([way, error], i) => ({ id: `archetypes-table-${i}`, cells: { way, error } })) });
  charts.table(byId("counts-table"), {
    id: "counts-table", label: "What is left by the number of archetypes",
    columns: [{ key: "count", title: "archetypes, classical, of the latents", as: "text" },
      { key: "share", title: "share of variance left", as: "bar", digits: 3 }, { key: "note", title: "", as: "text" }],
    rows: archetypes.byCount.map(({ count, residualShare }) => ({ id: `counts-table-${count}`, cells: {
      count: `${count}`, share: residualShare, note: count === archetypes.elbow ? "the bend: more of them help little" : "" } })) });
}
function showDistances() {
  charts.table(byId("distances"), {
    id: "distances", label: "Distances between classes",
    columns: [{ key: "class", title: "class", as: "text" }, ...report.classNames.map((name, i) => ({ key: `to-${i}`, title: name, digits: 2 }))],
    rows: report.classDistances.map((row, i) => ({ id: `distances-${i}`, cells: {
      class: report.classNames[i], ...Object.fromEntries(row.map((value, j) => [`to-${j}`, value])) } })) });
}
