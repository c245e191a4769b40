"use strict";
/**
 * The page of an experiment on divergences: each file of this folder is a script of its own, in the order in which
 * `DivergencesPage` lists them, and sees what those before it declare.
 *
 * Here: the report, and its tables.
 */
const { element: make } = charts;
const byId = id => document.getElementById(id);
const read = id => JSON.parse(byId(id).textContent);
const [report, verdicts, pictures] = [read("report"), read("verdicts"), read("pictures")];
// What is not finite stands in the data as text.
const known = value => typeof value === "number" ? value : null;

function showToy(toy, number) {
  const table = make("div"), shown = make("div", { class: "pictures wrapped" });
  byId("plane").append(make("h3", {}, toy.model), shown, table);
  shown.append(...pictures.filter(picture => picture.part === "plane" && picture.about === toy.model).map(figure));
  const truth = { name: "the truth itself", about: "The density that the data come from.", forward: 0, reverse: 0, jensenShannon: 0,
    slicedWasserstein: null, rarestMode: null, auroc: toy.truth, seconds: null };
  charts.table(table, {
    id: `toy-${number}`, label: `${toy.model} under every criterion`,
    groups: [{ title: "", span: 1 }, { title: "divergence from the data", span: 4 }, { title: "", span: 1 },
      { title: "AUROC of −ln q", span: toy.foreign.length }, { title: "", span: 1 }],
    columns: [{ key: "name", title: "trained on", as: "text" }, { key: "forward", title: "KL(data ‖ flow)", digits: 3 },
      { key: "reverse", title: "KL(flow ‖ data)", digits: 3 }, { key: "jensenShannon", title: "Jensen-Shannon", digits: 3 },
      { key: "slicedWasserstein", title: "sliced Wasserstein", digits: 3 }, { key: "rarestMode", title: "rarest mode", digits: 2 },
      ...toy.foreign.map((title, i) => ({ key: `auroc-${i}`, title, as: "bar", digits: 3, chance: 0.5 })),
      { key: "seconds", title: "seconds", digits: 1 }],
    rows: [...toy.rows, truth].map((row, i) => ({ id: `toy-${number}-${i}`, title: row.about, cells: {
      name: row.name, ...Object.fromEntries(["forward", "reverse", "jensenShannon", "slicedWasserstein", "rarestMode"]
        .map(key => [key, known(row[key])])), seconds: row.seconds || null,
      ...Object.fromEntries(row.auroc.map((auroc, i) => [`auroc-${i}`, { value: auroc, low: auroc, high: auroc }])) } })) });
}
function showImages() {
  const bar = ({ auroc, low, high }) => ({ value: auroc, low: Math.max(0, low), high: Math.min(1, high) });
  charts.table(byId("images"), {
    id: "image-rows", label: "Image flows under every criterion",
    groups: [{ title: "", span: 3 }, ...report.controls.map(name => ({ title: name, span: 2 })), { title: "", span: 1 }],
    columns: [{ key: "name", title: "trained on", as: "text" }, { key: "bits", title: "bits per dimension", digits: 2 },
      { key: "distance", title: "sliced Wasserstein of draws", digits: 3 },
      ...report.controls.flatMap((_, set) => [
        { key: `likelihood-${set}`, title: "AUROC of −ln q", as: "bar", digits: 3, chance: 0.5 },
        { key: `typicality-${set}`, title: "of |ln q − mean|", as: "bar", digits: 3, chance: 0.5 }]),
      { key: "seconds", title: "seconds", digits: 0 }],
    rows: report.images.map((row, i) => ({ id: `image-row-${i}`, title: row.about, cells: {
      name: row.name, bits: known(row.bitsPerDimension), distance: known(row.slicedWasserstein),
      ...Object.fromEntries(report.controls.flatMap((_, set) => [
        [`likelihood-${set}`, bar(row.likelihood[set])], [`typicality-${set}`, bar(row.typicality[set])]])),
      seconds: row.seconds || null } })) });
}
