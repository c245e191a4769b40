"use strict";
/**
 * The page of a density experiment: each file of this folder is a script of its own, in the order in which `DensityPage` lists them,
 * and sees what those before it declare.
 *
 * Here: the report, means over the distributions, and what is said of them in words.
 */
const { element: make, fixed } = charts;
const byId = id => document.getElementById(id);

const report = JSON.parse(byId("report").textContent);
const seed = JSON.parse(byId("seed").textContent);
const pictures = JSON.parse(byId("pictures").textContent);
const toys = report.toys.map(toy => toy.name);
const known = value => value !== undefined && value !== null;
const families = [...new Set(report.rows.map(row => row.family))];
const rowOf = (family, toy) => report.rows.find(row => row.family === family && row.toy === toy);

/** The mean of a number over the distributions; null where one of them has none. */
function meanOf(family, key) {
  const values = toys.map(toy => rowOf(family, toy)[key]);
  return values.every(known) ? values.reduce((sum, value) => sum + Number(value), 0) / values.length : null;
}

function introduce() {
  const { settings } = report;
  for (const node of document.querySelectorAll("[data-training-count]")) node.textContent = settings.trainingCount;
  for (const node of document.querySelectorAll("[data-held-out-count]")) node.textContent = settings.heldOutCount;
  const spread = report.toys.map(toy => toy.discrepancy);
  for (const node of document.querySelectorAll("[data-discrepancy]")) {
    node.textContent = fixed(spread.reduce((sum, value) => sum + value, 0) / spread.length, 3);
  }
  byId("findings").append(...toys.map(toy => {
    const rows = report.rows.filter(row => row.toy === toy && known(row.gap)).sort((a, b) => Number(a.gap) - Number(b.gap));
    return make("li", {}, make("strong", {}, toy), rows.length === 0 ? ": no family has a density."
      : `: nearest ${rows[0].family} with ${fixed(rows[0].gap, 3)} ± ${fixed(rows[0].gapError, 3)} nats`
        + (rows.length > 1 ? `, then ${rows[1].family} with ${fixed(rows[1].gap, 3)}.` : "."));
  }));
}
