/// Frames, axes and points that both plots share.
extension SweepPage {
  static let drawingScript = #"""
    const frame = { width: 560, height: 500, left: 58, right: 540, top: 16, bottom: 446 };
    const across = (value, [low, high]) => frame.left + (value - low) / (high - low) * (frame.right - frame.left);
    const up = (value, [low, high]) => frame.bottom - (value - low) / (high - low) * (frame.bottom - frame.top);

    // About `count` round numbers between two.
    function ticks(low, high, count = 5) {
      const rough = (high - low) / count, power = 10 ** Math.floor(Math.log10(rough));
      const step = [1, 2, 2.5, 5, 10].map(s => s * power).find(s => s >= rough * 0.999);
      const values = [];
      for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9; i++) values.push(+(i * step).toPrecision(12));
      return values;
    }
    function axes(svg, x, y, xTitle, yTitle) {
      svg.setAttribute("viewBox", `0 0 ${frame.width} ${frame.height}`);
      for (const value of ticks(...x)) {
        const at = across(value, x);
        svg.append(draw("line", { x1: at, x2: at, y1: frame.top, y2: frame.bottom, class: "grid" }));
        svg.append(draw("text", { x: at, y: frame.bottom + 18, "text-anchor": "middle" }, String(value).replace("-", "−")));
      }
      for (const value of ticks(...y)) {
        const at = up(value, y);
        svg.append(draw("line", { x1: frame.left, x2: frame.right, y1: at, y2: at, class: "grid" }));
        svg.append(draw("text", { x: frame.left - 8, y: at + 4, "text-anchor": "end" }, String(value).replace("-", "−")));
      }
      svg.append(draw("rect", {
        x: frame.left, y: frame.top, width: frame.right - frame.left, height: frame.bottom - frame.top, class: "frame" }));
      const middle = (frame.top + frame.bottom) / 2;
      svg.append(draw("text", { x: (frame.left + frame.right) / 2, y: frame.height - 10, "text-anchor": "middle", class: "strong" }, xTitle));
      svg.append(draw("text", { x: 14, y: middle, "text-anchor": "middle", class: "strong", transform: `rotate(-90 14 ${middle})` }, yTitle));
    }

    // Colour by L, area by b.
    const valuesOf = key => [...new Set(models.map(m => m.configuration[key]))].sort((a, b) => a - b);
    const layerValues = valuesOf("layers"), bottleneckValues = valuesOf("bottleneck");
    const colour = layers => `var(--c${layerValues.indexOf(layers) % 8})`;
    const largest = Math.log2(Math.max(2, ...bottleneckValues) + 1);
    const radius = bottleneck => 3.5 + 8.5 * Math.log2(bottleneck + 1) / largest;

    // The points of one plot. One of them can be reached with Tab, the others from it with the arrow keys.
    class Points {
      constructor(svg, id, place) {
        this.place = place;
        this.layer = svg.appendChild(draw("g"));
        this.nodes = new Map();
        // Small points above large ones.
        for (const model of [...models].sort((a, b) => b.configuration.bottleneck - a.configuration.bottleneck)) {
          if (!place(model)) continue;
          const node = draw("circle", {
            id: `${id}-${model.index}`, class: "model", role: "button", tabindex: -1, r: radius(model.configuration.bottleneck),
            fill: colour(model.configuration.layers), stroke: colour(model.configuration.layers) });
          node.addEventListener("click", () => choose(model));
          node.addEventListener("keydown", event => this.key(event, model));
          node.addEventListener("focus", () => { this.reach(model); showTip(model, node); });
          node.addEventListener("blur", hideTip);
          node.addEventListener("pointerenter", () => showTip(model, node));
          node.addEventListener("pointerleave", hideTip);
          this.nodes.set(model, node);
          this.layer.append(node);
        }
      }
      visible() { return [...this.nodes.keys()].filter(isShown); }
      reach(model) {
        this.reached = model;
        for (const [other, node] of this.nodes) node.setAttribute("tabindex", other === model ? 0 : -1);
      }
      key(event, model) {
        if (event.key === "Enter" || event.key === " ") { event.preventDefault(); return choose(model); }
        const axis = { ArrowLeft: 0, ArrowRight: 0, ArrowUp: 1, ArrowDown: 1 }[event.key];
        if (axis === undefined && event.key !== "Home" && event.key !== "End") return;
        event.preventDefault();
        const order = this.visible().map(m => [this.place(m), m])
          .sort(([a, m], [b, n]) => a[axis || 0] - b[axis || 0] || a[1 - (axis || 0)] - b[1 - (axis || 0)] || m.index - n.index).map(([, m]) => m);
        const forward = event.key === "ArrowRight" || event.key === "ArrowUp";
        const at = event.key === "Home" ? 0 : event.key === "End" ? order.length - 1 : order.indexOf(model) + (forward ? 1 : -1);
        const next = order[Math.max(0, Math.min(order.length - 1, at))];
        this.reach(next);
        this.nodes.get(next).focus();
      }
      update(x, y, describe) {
        for (const [model, node] of this.nodes) {
          const [px, py] = this.place(model);
          node.setAttribute("cx", across(px, x).toFixed(2));
          node.setAttribute("cy", up(py, y).toFixed(2));
          node.style.display = isShown(model) ? "" : "none";
          node.classList.toggle("chosen", model === state.model);
          node.setAttribute("aria-pressed", model === state.model);
          node.setAttribute("aria-label", describe(model));
        }
        const visible = this.visible();
        if (!visible.includes(this.reached) && visible.length) this.reach(visible.includes(state.model) ? state.model : visible[0]);
      }
    }
    const rateText = model => { const r = rates(model); return `IRR ${percent(r.irr)}, ORR ${percent(r.orr)}, Δ ${fixed(r.delta, 3)}`; };
    function showTip(model, node) {
      const tip = byId("tip"), at = node.getBoundingClientRect();
      tip.replaceChildren(make("b", {}, model.label), make("br"), rateText(model));
      tip.hidden = false;
      const box = tip.getBoundingClientRect();
      tip.style.left = Math.max(4, Math.min(innerWidth - box.width - 8, at.right + 8)) + "px";
      tip.style.top = Math.max(4, at.top - box.height - 4) + "px";
    }
    function hideTip() { byId("tip").hidden = true; }
    """#
}
