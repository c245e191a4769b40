"use strict";
/** The table of families over all distributions. */

function showSummary() {
  const cell = (family, toy) => {
    const row = rowOf(family, toy);
    return known(row.gap) ? { value: Number(row.gap),
      about: `${fixed(row.nats, 4)} nats, gap ${fixed(row.gap, 4)} ± ${fixed(row.gapError, 4)}, mass in the picture ${fixed(row.mass, 3)}` } : null;
  };
  charts.table(byId("summary"), {
    id: "summary", label: "Families by their gap", sort: { key: "gap", falls: false },
    groups: [{ title: "", span: 2 }, { title: "gap in nats", span: 1 + toys.length }, { title: "", span: 4 },
      { title: "milliseconds", span: 2 }],
    columns: [{ key: "family", title: "family", as: "text" }, { key: "likelihood", title: "density", as: "text" },
      { key: "gap", title: "mean", digits: 3 },
      ...toys.map((toy, i) => ({ key: `toy-${i}`, title: toy, digits: 3 })),
      { key: "sampling", title: "a draw takes", as: "text" },
      { key: "discrepancy", title: "√MMD", digits: 3, about: "draws against held-out points" },
      { key: "parameters", title: "parameters", as: "count" },
      { key: "training", title: "training, s", digits: 1 },
      { key: "density", title: "ln p", digits: 2 }, { key: "draw", title: "draws", digits: 2 }],
    rows: families.map((family, i) => {
      const first = rowOf(family, toys[0]), scaled = key => known(meanOf(family, key)) ? 1000 * meanOf(family, key) : null;
      return { id: `summary-${i}`, title: first.source, cells: {
        family, likelihood: first.likelihood, sampling: first.sampling, parameters: first.parameters,
        gap: meanOf(family, "gap"), discrepancy: meanOf(family, "discrepancy"), training: meanOf(family, "trainingSeconds"),
        density: scaled("densitySeconds"), draw: scaled("drawSeconds"),
        ...Object.fromEntries(toys.map((toy, k) => [`toy-${k}`, cell(family, toy)])) } };
    }) });
}
