"use strict";
/**
 * The page of a detector's run over a table: each file of this folder is a script of its own, in the order in which `DetectionPage`
 * lists them, and sees what those before it declare.
 *
 * Here: the report, and what is said of it in words.
 */
const { element: make, fixed, count, percent } = charts;
const byId = id => document.getElementById(id);
const report = JSON.parse(byId("report").textContent);

// JSON has no infinity; the report spells it out.
const number = value => typeof value === "string" ? Number(value) : value;
const short = value => {
  const known = number(value);
  return charts.isNumber(known) ? charts.plain(Number(known.toPrecision(4))) : known > 0 ? "∞" : known < 0 ? "−∞" : "NaN";
};
const hide = id => { byId(id).hidden = true; };

function introduce() {
  for (const node of document.querySelectorAll("[data-method]")) node.textContent = report.method;
  const { trainingSet, trainingRows, columnCount, scoredSet, scoredRows, flaggedRows, threshold } = report;
  const fitted = trainingSet ? `Fitted to ${trainingSet}${trainingRows ? ` (${count(trainingRows)} rows)` : ""}. ` : "";
  const flagged = flaggedRows === undefined ? "" : ` ${count(flaggedRows)} rows are flagged: ${report.rule}.`;
  byId("summary").textContent = `${fitted}${count(scoredRows)} rows of ${count(columnCount)} columns of ${scoredSet} were scored; higher `
    + `scores are more unusual.${flagged}`;
  byId("scores-note").textContent = threshold === undefined ? ""
    : `The threshold is ${short(threshold)} (${report.thresholdOrigin}).`;
}
