"use strict";
/** The histogram, the table of rows, the curves and the two columns. */

function showScores() {
  const { low, high, sets } = report.histogram, { threshold } = report;
  charts.legend(byId("scores-legend"), [{ items: sets.map(({ name }, colour) => ({ text: name, colour })) }]);
  const within = threshold !== undefined && number(threshold) >= low && number(threshold) <= high;
  charts.histogram(byId("scores"), {
    label: `Scores: ${sets.map(set => set.name).join(", ")}`, low, high, sets, x: { title: "score" }, aspect: 0.4, tallest: 300,
    uprights: within ? [{ x: number(threshold), kind: "dotted" }] : [] });
}

function showTop() {
  const { top } = report, hasIds = top.some(row => row.id !== undefined), hasP = top.some(row => row.pValue !== undefined);
  const verdicts = top.some(row => row.isOutOfDistribution !== undefined);
  charts.table(byId("top"), {
    id: "top", label: "The rows with the highest scores",
    columns: [
      ...hasIds ? [{ key: "id", title: "id", as: "text" }] : [],
      { key: "row", title: "row", as: hasIds ? "count" : "text", about: "Its number in the file, from 0" },
      { key: "score", title: "score" },
      ...hasP ? [{ key: "p", title: "p-value", digits: 4 }] : [],
      ...verdicts ? [{ key: "flagged", title: "flagged", as: "text" }] : [],
      ...top.some(row => row.reasons.length) ? [{ key: "why", title: "why", as: "text" }] : []],
    rows: top.map((row, i) => ({ id: `top-${i}`, cells: {
      id: row.id ?? "", row: hasIds ? row.row : String(row.row), score: { value: Number(number(row.score).toPrecision(6)), about: String(row.score) },
      p: row.pValue ?? null, flagged: row.isOutOfDistribution ? "yes" : "no", why: row.reasons.join("; ") } })) });
  byId("top-note").textContent = report.explanation ?? "";
}

function showRanking() {
  const { ranking } = report;
  if (!ranking) return hide("ranking-section");
  byId("ranking-words").textContent = `AUROC ${fixed(ranking.auroc, 4)} (95% interval ${fixed(ranking.low, 4)} to ${fixed(ranking.high, 4)}); `
    + `average precision ${fixed(ranking.averagePrecision, 4)}, where chance has ${fixed(ranking.prevalence, 4)}.`;
  charts.curves(byId("roc"), {
    label: "True over false positive rate", x: { title: "false positive rate", range: [0, 1] },
    y: { title: "true positive rate", range: [0, 1] }, aspect: 0.9, tallest: 360, diagonal: true, digits: 3, xDigits: 3,
    series: [{ points: ranking.roc, colour: 0 }] });
  charts.curves(byId("precision"), {
    label: "Precision over recall", x: { title: "recall", range: [0, 1] }, y: { title: "precision", range: [0, 1] },
    aspect: 0.9, tallest: 360, digits: 3, xDigits: 3, series: [{ points: ranking.precisionRecall, colour: 0 }] });
}

function showPValues() {
  if (!report.pValueCurve) return hide("p-values-section");
  charts.curves(byId("p-values"), {
    label: "Share of rows by p-value", x: { title: "level", range: [0, 1] }, y: { title: "share of rows with a p-value up to it", range: [0, 1] },
    aspect: 0.6, tallest: 360, diagonal: true, digits: 3, xDigits: 2, series: [{ points: report.pValueCurve, colour: 0 }] });
  byId("p-values-note").textContent = report.pValuesAreOfNormalRows
    ? "Of rows that are labelled normal. On or below the diagonal: a row that is normal is flagged at most as often as the level says."
    : "Of all scored rows. Where most of them are normal the line lies near the diagonal, and rises above it at the left by the share of unusual rows.";
}

function showPair() {
  const { pair } = report;
  if (!pair) return hide("pair-section");
  const range = axis => {
    const values = pair.points.map(point => point[axis]), low = Math.min(...values), high = Math.max(...values), room = (high - low || 1) / 20;
    return [low - room, high + room];
  };
  charts.legend(byId("pair-legend"), [{ items: [{ text: "not flagged", colour: 0, radius: 4 }, { text: "flagged", colour: 1, radius: 4 }] }]);
  charts.scatter(byId("pair"), {
    label: `${pair.y} over ${pair.x}`, x: { title: pair.x, range: range(0) }, y: { title: pair.y, range: range(1) }, aspect: 0.6,
    points: pair.points.map(([x, y], i) => ({
      id: `pair-${i}`, x, y, radius: 3.5, colour: pair.isOutOfDistribution[i] ? 1 : 0, label: pair.names[i],
      text: `${pair.x} ${short(x)}, ${pair.y} ${short(y)}` })) });
}
