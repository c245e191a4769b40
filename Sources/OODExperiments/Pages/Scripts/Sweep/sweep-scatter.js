"use strict";
/** The plots of ORR over IRR and of Δ over objectness: a point a model, coloured by L, as large as b. */

const layerValues = valuesOf("layers"), bottleneckValues = valuesOf("bottleneck");
const layerColour = layers => layerValues.indexOf(layers) % 8;
const largestBottleneck = Math.log2(Math.max(2, ...bottleneckValues) + 1);
const bottleneckRadius = bottleneck => 3.5 + 8.5 * Math.log2(bottleneck + 1) / largestBottleneck;

let ratePoints, objectnessPoints = null;
const judged = models.filter(model => isNumber(model.objectness));

const pointOf = (model, id, x, y, text) => ({
  id: `${id}-${model.index}`, x, y, text, label: model.label, index: model.index,
  radius: bottleneckRadius(model.configuration.bottleneck), colour: layerColour(model.configuration.layers),
  isShown: isShown(model), isChosen: model === state.model });
function ratePoint(model) {
  const r = rates(model);
  return pointOf(model, "model", r.irr, r.orr, rateText(r));
}
function objectnessPoint(model) {
  const { delta } = rates(model);
  return pointOf(model, "object", model.objectness, delta, `objectness ${fixed(model.objectness, 2)}, Δ ${fixed(delta, 3)}`);
}
const onChoose = point => choose(models[point.index]);

function makeScatter() {
  ratePoints = charts.scatter(byId("rates"), {
    label: "ORR over IRR, a point a model", aspect: 0.9,
    x: { title: "IRR: share of the domain that is reconstructed", range: [0, 1] },
    y: { title: "ORR: share of the control set that is reconstructed", range: [0, 1] },
    lines: [0, 0.2, 0.4, 0.6, 0.8].map(delta => ({ from: [delta, 0], to: [1, 1 - delta], text: `Δ ${delta}` })),
    targets: [{ at: [1, 0], text: "ideal" }],
    points: models.map(ratePoint),
  }, { onChoose });
  const every = Math.ceil(bottleneckValues.length / 5);
  const few = bottleneckValues.filter((_, i, all) => all.length <= 5 || i % every === 0 || i === all.length - 1);
  charts.legend(byId("legend"), [
    { title: "Colour: layers L", items: layerValues.map(value => ({ text: value, colour: layerColour(value), radius: 6 })) },
    { title: "Size: bottleneck maps b", items: few.map(value => ({ text: value, radius: bottleneckRadius(value) })) }]);
}

function makeObjectness() {
  const element = byId("objectness"), note = byId("objectness-note");
  if (!judged.length) {
    element.remove();
    byId("objectness-about").remove();
    note.textContent = "No classifier was used in this sweep, so the objectness of what the models generate is not known.";
    return;
  }
  if (judged.length < models.length) {
    note.textContent = `${models.length - judged.length} of the ${models.length} models have no objectness and are not drawn.`;
  }
  const top = Math.max(2, ...judged.map(model => model.objectness));
  // The axis has to hold every Δ that the slider can lead to, and must not move with it.
  let low = 0, high = 0.1;
  for (const model of judged) for (let set = 0; set < controls.length; set++) for (let k = 0; k <= grid.steps; k++) {
    const delta = deltaOf(model, set, k);
    [low, high] = [Math.min(low, delta), Math.max(high, delta)];
  }
  objectnessPoints = charts.scatter(element, {
    label: "Delta over objectness, a point a model", aspect: 0.9,
    x: { title: "objectness of generated images", range: [1, Math.max(...charts.ticks(1, top * 1.04), top * 1.02)] },
    y: { title: "Δ = IRR − ORR", range: [Math.floor(low * 10) / 10, Math.min(1, Math.ceil(high * 10 + 0.2) / 10)] },
    points: judged.map(objectnessPoint),
  }, { onChoose });
}

// The chosen model's way over all θ, the intervals of its rates, and the lower envelope of the models shown.
function updateScatter() {
  const model = state.model, isDrawn = model && isShown(model);
  const path = [], ranges = [];
  if (isDrawn) {
    for (let k = 0; k <= grid.steps; k++) path.push([rates(model, k).irr, rates(model, k).orr]);
    const { irr, orr } = rates(model), e = estimates(model);
    ranges.push({ from: [e.irr.low, orr], to: [e.irr.high, orr] });
    if (e.orr) ranges.push({ from: [irr, e.orr.low], to: [irr, e.orr.high] });
  }
  const steps = charts.lowerEnvelope(models.filter(isShown).map(model => [rates(model).irr, rates(model).orr]));
  ratePoints.update({ points: models.map(ratePoint), path, ranges, steps, marks: publishedMarks() });
  if (objectnessPoints) objectnessPoints.update({ points: judged.map(objectnessPoint) });
}
