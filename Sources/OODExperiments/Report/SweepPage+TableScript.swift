/// The table of all models shown, at the chosen θ.
extension SweepPage {
  static let tableScript = #"""
    const setting = key => model => model.configuration[key];
    const columns = [
      { key: "label", title: "model", value: model => model.label },
      { key: "layers", title: "L", value: setting("layers") }, { key: "bottleneck", title: "b", value: setting("bottleneck") },
      { key: "maps", title: "maps", value: setting("maps") }, { key: "rho", title: "ρ", value: setting("channel_sparsity") },
      { key: "p", title: "p", value: setting("corruption") },
      { key: "irr", title: "IRR", value: model => rates(model).irr, text: percent },
      { key: "orr", title: "ORR", value: model => rates(model).orr, text: percent },
      { key: "delta", title: "Δ", value: model => rates(model).delta, text: value => fixed(value, 3) },
      { key: "best-theta", title: "best θ", value: model => best(model).k * grid.step, text: thetaText },
      { key: "best-delta", title: "best Δ", value: model => best(model).delta, text: value => fixed(value, 3) },
      { key: "objectness", title: "objectness", value: model => model.objectness, text: value => fixed(value, 2) },
      { key: "unique", title: "unique", value: model => model.unique_share, text: percent },
      { key: "parameters", title: "parameters", value: model => model.parameters, text: value => value.toLocaleString("en") }];

    // The best θ depends on the control set alone: kept until another is chosen.
    let bests = new Map(), bestsFor = null;
    function best(model) {
      if (bestsFor !== state.control) [bests, bestsFor] = [new Map(), state.control];
      if (!bests.has(model)) bests.set(model, bestStep(model));
      return bests.get(model);
    }
    // In the table's order. What is not known comes last.
    function sortedModels() {
      const column = columns.find(c => c.key === state.sort.column), sign = state.sort.falls ? -1 : 1;
      const rows = models.filter(isShown).map(model => [column.value(model), model]);
      rows.sort(([a, m], [b, n]) => {
        if (typeof a === "string") return sign * a.localeCompare(b, "en", { numeric: true }) || m.index - n.index;
        if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
        return (isNumber(a) ? sign * (a - b) : 0) || m.index - n.index;
      });
      return rows.map(([, model]) => model);
    }
    function makeTable() {
      for (const column of columns) {
        const button = make("button", { type: "button", id: `sort-${column.key}` }, column.title, make("span", { "aria-hidden": "true" }));
        button.addEventListener("click", () => {
          const again = state.sort.column === column.key;
          state.sort = { column: column.key, falls: again ? !state.sort.falls : column.key !== "label" };
          updateTable();
        });
        column.head = make("th", { scope: "col" }, button);
        byId("table-head").append(column.head);
      }
      for (const model of models) {
        const button = make("button", { type: "button", title: model.name });
        const cells = columns.map(() => make("td"));
        cells[0].append(button);
        model.row = make("tr", { id: `row-${model.index}` }, ...cells);
        model.row.addEventListener("click", () => choose(model));
      }
    }
    const cellText = (column, model) => {
      const value = column.value(model);
      return column.text && isNumber(value) ? column.text(value) : value === null || value === undefined ? "–" : String(value);
    };
    function updateTable() {
      for (const column of columns) {
        const active = column.key === state.sort.column;
        if (active) column.head.setAttribute("aria-sort", state.sort.falls ? "descending" : "ascending");
        else column.head.removeAttribute("aria-sort");
        column.head.firstChild.lastChild.textContent = active ? (state.sort.falls ? " ▾" : " ▴") : "";
      }
      const rows = sortedModels().map(model => {
        columns.forEach((column, i) => {
          const cell = i === 0 ? model.row.children[0].firstChild : model.row.children[i], text = cellText(column, model);
          if (cell.textContent !== text) cell.textContent = text;
        });
        model.row.classList.toggle("chosen", model === state.model);
        return model.row;
      });
      // A row that stays where it is keeps the focus.
      const body = byId("table-rows");
      if (rows.length !== body.children.length || rows.some((row, i) => body.children[i] !== row)) {
        const focused = document.activeElement;
        body.replaceChildren(...rows);
        if (focused && body.contains(focused)) focused.focus({ preventScroll: true });
      }
    }
    """#
}
