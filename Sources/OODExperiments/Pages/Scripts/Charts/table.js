"use strict";
/** Tables whose rows can be sorted by each column, and chosen. */
{
  const { element: make, isNumber } = charts;
  const valueOf = cell => cell !== null && typeof cell === "object" ? cell.value : cell;

  /**
   * Data:
   * - id: what the ids of its elements begin with: ID-head, ID-rows, ID-sort-KEY.
   * - label: what the table is, to those who don't see it.
   * - columns: [{ key, title, about, as, digits, chance }]. As: "text", "percent", "count", or "bar" for a share with a bar
   *   beside it, in percent where there are no digits, and a line at `chance` where that is given. About is shown to a pointer.
   *   The first column names the row.
   * - groups: [{ title, span }], a second head above the first; optional.
   * - rows: [{ id, title, cells: { key: cell } }], in the order that ties keep. A cell is text, a number, null, or
   *   { value, about, low, high }: with an explanation and, in a bar, an interval.
   * - sort: { key, falls }; null for the order of the rows.
   * - chosen: the id of the row that is marked.
   *
   * onChoose(row) is called with a row that is clicked; without it rows can't be chosen. `order()` gives the ids of the
   * rows as they stand.
   */
  charts.table = (element, data, { onChoose = null } = {}) => {
    const state = { rows: [], sort: null, chosen: null, groups: null, ...data };
    const { id, columns } = state;
    const nodes = new Map(), heads = new Map();

    function head(column) {
      const button = make("button", { type: "button", id: `${id}-sort-${column.key}`, title: column.about },
        column.title, make("span", { "aria-hidden": "true" }));
      button.addEventListener("click", () => {
        const again = state.sort?.key === column.key;
        state.sort = { key: column.key, falls: again ? !state.sort.falls : column.as !== "text" };
        show();
      });
      const cell = make("th", { scope: "col", class: column.as === "text" ? "text" : null }, button);
      heads.set(column.key, { cell, mark: button.lastChild });
      return cell;
    }

    function bar(cell, { digits, chance }) {
      const { value, low, high } = typeof cell === "object" && cell ? cell : { value: cell };
      const fill = make("i", { class: "bar-fill" }), track = make("span", { class: "bar-track", "aria-hidden": "true" }, fill);
      fill.style.width = isNumber(value) ? `${100 * value}%` : "0";
      if (isNumber(low) && isNumber(high)) {
        const interval = make("i", { class: "bar-interval" });
        interval.style.left = `${100 * low}%`;
        interval.style.width = `${100 * (high - low)}%`;
        track.append(interval);
      }
      if (chance !== undefined) {
        const mark = track.appendChild(make("i", { class: "bar-chance" }));
        mark.style.left = `${100 * chance}%`;
      }
      return [track, charts.formatted(value, { as: digits === undefined ? "percent" : null, digits })];
    }
    function fill(node, column, cell) {
      const about = cell !== null && typeof cell === "object" ? cell.about : null;
      const key = column.as === "bar" ? JSON.stringify(cell) : charts.formatted(valueOf(cell) ?? null, column);
      // Most cells stay as they are when a slider moves.
      if (node.shown === key) return;
      node.shown = key;
      if (about) node.title = about;
      node.replaceChildren(...column.as === "bar" ? bar(cell, column) : [key]);
    }
    function nodeOf(row) {
      if (!nodes.has(row.id)) {
        const cells = columns.map((column, i) => i === 0
          ? make("th", { scope: "row", class: "text", title: onChoose ? null : row.title })
          : make("td", { class: column.as === "text" ? "text" : column.as === "bar" ? "bar" : null }));
        const node = make("tr", { id: row.id, class: onChoose ? "choosable" : null }, ...cells);
        cells[0].append(onChoose
          ? make("button", { type: "button", class: "row-name", title: row.title }) : make("span", { class: "row-name" }));
        if (onChoose) node.addEventListener("click", () => onChoose(state.rows.find(other => other.id === row.id)));
        nodes.set(row.id, { node, fields: [cells[0].firstChild, ...cells.slice(1)] });
      }
      return nodes.get(row.id);
    }

    function sorted() {
      if (!state.sort) return state.rows;
      const sign = state.sort.falls ? -1 : 1, place = new Map(state.rows.map((row, i) => [row, i]));
      const value = row => valueOf(row.cells[state.sort.key]) ?? null;
      return [...state.rows].sort((m, n) => {
        const [a, b] = [value(m), value(n)];
        const isKnown = x => typeof x === "string" || isNumber(x);
        if (isKnown(a) !== isKnown(b)) return isKnown(a) ? -1 : 1;
        const order = !isKnown(a) ? 0 : typeof a === "string" ? a.localeCompare(b, "en", { numeric: true }) : a - b;
        return sign * order || place.get(m) - place.get(n);
      });
    }
    const body = make("tbody", { id: `${id}-rows` });

    function show() {
      for (const [key, { cell, mark }] of heads) {
        const isActive = state.sort?.key === key;
        if (isActive) cell.setAttribute("aria-sort", state.sort.falls ? "descending" : "ascending");
        else cell.removeAttribute("aria-sort");
        mark.textContent = isActive ? (state.sort.falls ? " ▾" : " ▴") : "";
      }
      const rows = sorted().map(row => {
        const { node, fields } = nodeOf(row);
        columns.forEach((column, i) => fill(fields[i], column, row.cells[column.key]));
        node.classList.toggle("chosen", row.id === state.chosen);
        return node;
      });
      // A row that stays where it is keeps the focus.
      if (rows.length !== body.children.length || rows.some((row, i) => body.children[i] !== row)) {
        const focused = document.activeElement;
        body.replaceChildren(...rows);
        if (focused && body.contains(focused)) focused.focus({ preventScroll: true });
      }
    }

    const top = make("thead", {});
    if (state.groups) {
      top.append(make("tr", {}, ...state.groups.map(({ title, span }) =>
        make("th", { scope: "colgroup", colspan: span, class: "group" }, title))));
    }
    top.append(make("tr", { id: `${id}-head` }, ...columns.map(head)));
    element.replaceChildren(make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": state.label },
      make("table", {}, top, body)));
    show();
    return {
      order: () => sorted().map(row => row.id),
      update(changes) {
        Object.assign(state, changes);
        show();
      },
    };
  };
}
