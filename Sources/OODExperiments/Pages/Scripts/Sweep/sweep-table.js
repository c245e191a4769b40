"use strict";
/** The table of all models shown, at the chosen θ. */

let modelTable;
function modelRow(model) {
  const { irr, orr, delta } = rates(model), c = model.configuration, top = best(model);
  return {
    id: `row-${model.index}`, title: model.name, index: model.index,
    cells: {
      label: model.label, layers: c.layers, bottleneck: c.bottleneck, maps: c.maps, rho: c.channel_sparsity, cells: c.channel_stride,
      p: c.corruption,
      irr, orr, delta, "best-theta": top.k * grid.step, "best-delta": top.delta, objectness: model.objectness,
      unique: model.unique_share, parameters: model.parameters } };
}
function makeTable() {
  modelTable = charts.table(byId("models"), {
    id: "models", label: "Table of models",
    columns: [
      { key: "label", title: "model", as: "text" }, { key: "layers", title: "L" }, { key: "bottleneck", title: "b" },
      { key: "maps", title: "maps" }, { key: "rho", title: "ρ" },
      ...haveCells ? [{ key: "cells", title: "cells" }] : [], { key: "p", title: "p" },
      { key: "irr", title: "IRR", as: "percent" }, { key: "orr", title: "ORR", as: "percent" },
      { key: "delta", title: "Δ", digits: 3 },
      { key: "best-theta", title: "best θ", digits: thetaDigits }, { key: "best-delta", title: "best Δ", digits: 3 },
      { key: "objectness", title: "objectness", digits: 2 }, { key: "unique", title: "unique", as: "percent" },
      { key: "parameters", title: "parameters", as: "count" }],
    rows: models.map(modelRow), sort: { key: "delta", falls: true },
  }, { onChoose: row => choose(models[row.index]) });
}
function updateTable() {
  modelTable.update({ rows: models.filter(isShown).map(modelRow), chosen: state.model && `row-${state.model.index}` });
}
// The models shown, in the table's order.
const sortedModels = () => modelTable.order().map(id => models[Number(id.slice("row-".length))]);
