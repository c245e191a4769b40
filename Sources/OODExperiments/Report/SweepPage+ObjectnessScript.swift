/// The plot of Δ over objectness, or why there is none.
extension SweepPage {
  static let objectnessScript = #"""
    const judged = models.filter(model => isNumber(model.objectness));
    let objectnessPoints, objectnessRange, deltaRange;
    function makeObjectness() {
      const svg = byId("objectness"), note = byId("objectness-note");
      if (!judged.length) {
        svg.parentNode.remove();
        byId("objectness-about").remove();
        note.textContent = "No classifier was used in this sweep, so the objectness of what the models generate is not known.";
        return;
      }
      if (judged.length < models.length) {
        note.textContent = `${models.length - judged.length} of the ${models.length} models have no objectness and are not drawn.`;
      }
      const top = Math.max(2, ...judged.map(model => model.objectness));
      objectnessRange = [1, ticks(1, top * 1.04).pop() < top ? top * 1.04 : Math.max(...ticks(1, top * 1.04), top * 1.02)];
      // The axis has to hold every Δ that the slider can lead to, and must not move with it.
      let low = 0, high = 0.1;
      for (const model of judged) for (let set = 0; set < controls.length; set++) {
        for (let k = 0; k <= grid.steps; k++) {
          const delta = model.curves.in[k] / model.irr.trials - model.curves.controls[set][k] / model.orr[set].trials;
          low = Math.min(low, delta);
          high = Math.max(high, delta);
        }
      }
      deltaRange = [Math.floor(low * 10) / 10, Math.min(1, Math.ceil(high * 10 + 0.2) / 10)];
      axes(svg, objectnessRange, deltaRange, "objectness of generated images", "Δ = IRR − ORR");
      svg.append(draw("line", { x1: frame.left, x2: frame.right, y1: up(0, deltaRange), y2: up(0, deltaRange), class: "iso" }));
      objectnessPoints = new Points(svg, "object", model => isNumber(model.objectness) ? [model.objectness, rates(model).delta] : null);
    }
    function updateObjectness() {
      if (!objectnessPoints) return;
      objectnessPoints.update(objectnessRange, deltaRange,
        model => `${model.label}: objectness ${fixed(model.objectness, 2)}, Δ ${fixed(rates(model).delta, 3)}`);
    }
    """#
}
