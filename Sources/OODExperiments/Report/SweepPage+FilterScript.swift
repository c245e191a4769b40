/// Which models are shown: a box for each value of L, b, ρ and p.
extension SweepPage {
  static let filterScript = #"""
    const filters = [
      { key: "layers", title: "L: layers" }, { key: "bottleneck", title: "b: bottleneck maps" },
      { key: "channel_sparsity", title: "ρ: share of maps zeroed" }, { key: "corruption", title: "p: pixels corrupted" }];
    const isShown = model => filters.every(filter => filter.shown.has(model.configuration[filter.key]));
    function makeFilters() {
      for (const filter of filters) {
        filter.values = valuesOf(filter.key);
        filter.shown = new Set(filter.values);
        filter.boxes = filter.values.map(value => {
          const box = make("input", { type: "checkbox", id: `filter-${filter.key}-${value}` });
          box.checked = true;
          box.addEventListener("change", () => { box.checked ? filter.shown.add(value) : filter.shown.delete(value); update(); });
          return box;
        });
        const field = make("fieldset", {}, make("legend", {}, filter.title));
        filter.values.forEach((value, i) => field.append(make("label", {}, filter.boxes[i], ` ${value}`)));
        byId("filter-fields").append(field);
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
    """#
}
