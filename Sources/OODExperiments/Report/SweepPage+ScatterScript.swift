/// The plot of ORR over IRR.
extension SweepPage {
  static let scatterScript = #"""
    const unit = [0, 1];
    let ratePoints, ratePath, rateRanges;
    function makeScatter() {
      const svg = byId("rates");
      axes(svg, unit, unit, "IRR: share of the domain that is reconstructed", "ORR: share of the control set that is reconstructed");
      for (const delta of [0, 0.2, 0.4, 0.6, 0.8]) {
        svg.append(draw("line", { x1: across(delta, unit), y1: up(0, unit), x2: across(1, unit), y2: up(1 - delta, unit), class: "iso" }));
        svg.append(draw("text", { x: across(1, unit) - 6, y: up(1 - delta, unit) + (delta === 0 ? 18 : 16), "text-anchor": "end", class: "iso-label" }, `Δ ${delta}`));
      }
      svg.append(draw("circle", { id: "ideal", cx: across(1, unit), cy: up(0, unit), r: 11, class: "ideal" }));
      svg.append(draw("text", { x: across(1, unit) - 18, y: up(0, unit) - 8, "text-anchor": "end", class: "ideal-label" }, "ideal"));
      ratePath = svg.appendChild(draw("path", { class: "path" }));
      ratePoints = new Points(svg, "model", model => { const r = rates(model); return [r.irr, r.orr]; });
      rateRanges = svg.appendChild(draw("g", { "pointer-events": "none" }));
      makeLegend();
    }
    function makeLegend() {
      const key = (r, fill, text) => {
        const svg = draw("svg", { width: 2 * r + 4, height: 2 * r + 4, "aria-hidden": "true" });
        svg.append(draw("circle", { cx: r + 2, cy: r + 2, r, fill, stroke: fill, "fill-opacity": 0.5, "stroke-width": 1.5 }));
        const span = make("span", {}, svg);
        span.append(text);
        return span;
      };
      const few = bottleneckValues.filter((_, i, all) => all.length <= 5 || i % Math.ceil(all.length / 5) === 0 || i === all.length - 1);
      byId("legend").append(
        make("p", {}, "Colour: layers L", ...layerValues.map(value => key(6, colour(value), String(value)))),
        make("p", {}, "Size: bottleneck maps b", ...few.map(value => key(radius(value), "var(--soft)", String(value)))));
    }
    function updateScatter() {
      ratePoints.update(unit, unit, model => `${model.label}: ${rateText(model)}`);
      const model = state.model;
      rateRanges.replaceChildren();
      ratePath.setAttribute("d", "");
      if (!model || !isShown(model)) return;
      const points = [];
      for (let k = 0; k <= grid.steps; k++) {
        const r = rates(model, k);
        points.push(`${across(r.irr, unit).toFixed(1)} ${up(r.orr, unit).toFixed(1)}`);
      }
      ratePath.setAttribute("d", "M" + points.join("L"));
      const e = estimates(model), r = rates(model);
      rateRanges.append(draw("line", {
        x1: across(e.irr.low, unit), x2: across(e.irr.high, unit), y1: up(r.orr, unit), y2: up(r.orr, unit), class: "range" }));
      if (e.orr) rateRanges.append(draw("line", {
        x1: across(r.irr, unit), x2: across(r.irr, unit), y1: up(e.orr.low, unit), y2: up(e.orr.high, unit), class: "range" }));
    }
    """#
}
