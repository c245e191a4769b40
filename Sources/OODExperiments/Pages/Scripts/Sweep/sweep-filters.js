"use strict";
/** Which models are shown: a box for each value of L, b, ρ, p, and the channel rule's cells where some model has it. */

const filters = [
  { key: "layers", title: "L: layers" }, { key: "bottleneck", title: "b: bottleneck maps" },
  { key: "channel_sparsity", title: "ρ: share of maps zeroed" },
  ...haveCells ? [{ key: "channel_stride", title: "cells with one winner" }] : [],
  { key: "corruption", title: "p: pixels corrupted" }];
for (const filter of filters) {
  filter.values = valuesOf(filter.key);
  filter.shown = new Set(filter.values);
}
const isShown = model => filters.every(filter => filter.shown.has(model.configuration[filter.key]));

function makeFilters() {
  for (const filter of filters) {
    filter.boxes = filter.values.map(value => {
      const box = make("input", { type: "checkbox", id: `filter-${filter.key}-${value}` });
      box.checked = true;
      box.addEventListener("change", () => {
        if (box.checked) filter.shown.add(value);
        else filter.shown.delete(value);
        update();
      });
      return box;
    });
    byId("filter-fields").append(make("fieldset", {}, make("legend", {}, filter.title),
      ...filter.values.map((value, i) => make("label", {}, filter.boxes[i], ` ${value ?? "none"}`))));
  }
  const all = make("button", { type: "button", id: "filter-all" }, "Show all");
  all.addEventListener("click", () => {
    for (const filter of filters) {
      filter.shown = new Set(filter.values);
      for (const box of filter.boxes) box.checked = true;
    }
    update();
  });
  byId("filter-fields").append(all);
}
