"use strict";
/** Points over two axes, to be reached and chosen by pointer or keyboard. */
{
  const { shape, element: make, colour } = charts;

  /**
   * Data:
   * - label, x, y, aspect: as of a frame.
   * - points: [{ id, x, y, label, text, radius, colour, isShown, isChosen }]. The id is that of the element, and stays when a
   *   point moves; label and text are its name and what is said of it. A point without x or y, or with isShown false, is not
   *   seen. Points may have other members, for `onChoose`.
   * - lines: [{ from: [x, y], to: [x, y], text }], dashed, behind the points; the text stands above them, at its middle.
   * - marks: [[x, y], …], crosses above the points, which they leave within reach.
   * - targets: [{ at: [x, y], text }]: rings around where one would like to be.
   * - path: [[x, y], …], a thin curve behind the points.
   * - steps: [[x, y], …], by ascending x: a dotted line behind the points, from each up to the height of the next and across to it.
   * - ranges: [{ from: [x, y], to: [x, y] }], bars of uncertainty above the points.
   *
   * onChoose(point) is called with a point that is clicked, or on which Enter or Space is pressed. `reach(id)` makes a point
   * the one that Tab goes to.
   */
  charts.scatter = (element, data, { onChoose = () => {} } = {}) => {
    const state = { lines: [], marks: [], targets: [], path: [], steps: [], ranges: [], points: [], ...data };
    const nodes = new Map();
    let points = new Map(), reached = null;
    const frame = charts.frame(element, data, paint);

    const isPlaced = point => charts.isNumber(point.x) && charts.isNumber(point.y);
    const isSeen = point => point.isShown !== false && isPlaced(point);
    const describe = point => point.text ? `${point.label}: ${point.text}` : point.label;

    function reach(id) {
      if (!nodes.has(id)) return;
      reached = id;
      for (const [other, node] of nodes) node.setAttribute("tabindex", other === id ? 0 : -1);
    }
    function tip(id) {
      const point = points.get(id);
      const more = point.text ? [make("br"), point.text] : [];
      charts.showTip(nodes.get(id).getBoundingClientRect(), make("b", {}, point.label), ...more);
    }
    function press(event, id) {
      if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        return onChoose(points.get(id));
      }
      const axis = { ArrowLeft: "x", ArrowRight: "x", Home: "x", End: "x", ArrowUp: "y", ArrowDown: "y" }[event.key];
      if (!axis) return;
      event.preventDefault();
      // Along one axis; of points side by side, along the other one, and then as they were given.
      const other = axis === "x" ? "y" : "x", place = new Map(state.points.map((point, i) => [point.id, i]));
      const order = state.points.filter(isSeen)
        .sort((a, b) => a[axis] - b[axis] || a[other] - b[other] || place.get(a.id) - place.get(b.id)).map(point => point.id);
      const step = event.key === "ArrowRight" || event.key === "ArrowUp" ? 1 : -1;
      const at = event.key === "Home" ? 0 : event.key === "End" ? order.length - 1 : order.indexOf(id) + step;
      const next = order[Math.max(0, Math.min(order.length - 1, at))];
      reach(next);
      nodes.get(next).focus();
    }
    function nodeOf(id) {
      if (!nodes.has(id)) {
        const node = shape("circle", { id, class: "point", role: "button", tabindex: -1 });
        node.addEventListener("click", () => onChoose(points.get(id)));
        node.addEventListener("keydown", event => press(event, id));
        node.addEventListener("focus", () => { reach(id); tip(id); });
        node.addEventListener("blur", charts.hideTip);
        node.addEventListener("pointerenter", () => tip(id));
        node.addEventListener("pointerleave", charts.hideTip);
        nodes.set(id, node);
      }
      return nodes.get(id);
    }
    function placePoints() {
      points = new Map(state.points.map(point => [point.id, point]));
      for (const [id, node] of nodes) {
        if (points.has(id) && isPlaced(points.get(id))) continue;
        node.remove();
        nodes.delete(id);
      }
      const known = nodes.size;
      for (const point of state.points.filter(isPlaced)) {
        const node = nodeOf(point.id), ink = colour(point.colour ?? 0);
        const attributes = {
          cx: frame.across(point.x).toFixed(2), cy: frame.up(point.y).toFixed(2), r: point.radius ?? 5, fill: ink, stroke: ink,
          "aria-label": describe(point), "aria-pressed": Boolean(point.isChosen) };
        for (const [name, value] of Object.entries(attributes)) {
          if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value);
        }
        node.style.display = isSeen(point) ? "" : "none";
        node.classList.toggle("chosen", Boolean(point.isChosen));
      }
      // Small points above large ones. A node that is put in again loses the focus.
      if (nodes.size !== known) {
        const focused = document.activeElement;
        const order = state.points.filter(isPlaced).sort((a, b) => (b.radius ?? 5) - (a.radius ?? 5));
        frame.marks.replaceChildren(...order.map(point => nodes.get(point.id)));
        if (frame.marks.contains(focused)) focused.focus({ preventScroll: true });
      }
      const seen = state.points.filter(isSeen);
      if (seen.length && !seen.some(point => point.id === reached)) reach((seen.find(point => point.isChosen) ?? seen[0]).id);
    }
    function paint() {
      const place = ([x, y]) => [frame.across(x), frame.up(y)];
      const line = ({ from, to }, kind) => {
        const [[x1, y1], [x2, y2]] = [place(from), place(to)];
        return shape("line", { x1, y1, x2, y2, class: kind });
      };
      for (const entry of state.lines) {
        frame.below.append(line(entry, "guide"));
        if (!entry.text) continue;
        const [[x1, y1], [x2, y2]] = [place(entry.from), place(entry.to)];
        frame.above.append(shape("text",
          { x: (x1 + x2) / 2 - 4, y: (y1 + y2) / 2, "text-anchor": "end", class: "guide-label" }, entry.text));
      }
      for (const { at, text } of state.targets) {
        const [cx, cy] = place(at);
        frame.below.append(shape("circle", { cx, cy, r: 11, class: "target" }));
        frame.below.append(shape("text", { x: cx - 18, y: cy - 8, "text-anchor": "end", class: "target-label" }, text));
      }
      frame.below.append(shape("path", { class: "trace", d: charts.pathThrough(state.path.map(place)) }));
      const corners = state.steps.flatMap((corner, i) => i === 0 ? [corner] : [[state.steps[i - 1][0], corner[1]], corner]);
      frame.below.append(shape("path", { class: "steps", d: charts.pathThrough(corners.map(place)) }));
      placePoints();
      for (const [x, y] of state.marks.map(place)) {
        frame.above.append(shape("path", { d: `M${x - 5} ${y - 5}l10 10M${x - 5} ${y + 5}l10 -10`, class: "mark" }));
      }
      frame.above.append(...state.ranges.map(range => line(range, "range")));
    }
    frame.layout();
    return {
      svg: frame.svg,
      reach,
      update(changes) {
        Object.assign(state, changes);
        Object.assign(frame, { x: state.x, y: state.y });
        frame.draw();
      },
    };
  };
}
