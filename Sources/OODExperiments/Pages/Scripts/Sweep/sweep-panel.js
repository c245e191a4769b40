"use strict";
/** The panel of the chosen model. */

function list(entries) {
  return make("dl", {}, ...entries.filter(([, value]) => value !== null)
    .map(([name, value]) => make("div", {}, make("dt", {}, name), make("dd", {}, value))));
}

function rateCards(model) {
  const e = estimates(model), r = rates(model), cards = make("div", { class: "rates" });
  const card = (kind, id, name, value, about) => cards.append(
    make("div", { class: kind }, make("small", {}, name), make("b", { id }, value),
      ...about.map(([key, text]) => make("small", { id: key && `${id}-${key}` }, text))));
  card("own", "panel-irr", "IRR", percent(r.irr),
    [["interval", interval(e.irr, percent)], [null, `${e.irr.successes} of ${e.irr.trials} images`]]);
  card("other", "panel-orr", "ORR", percent(r.orr), e.orr
    ? [["interval", interval(e.orr, percent)], [null, `${e.orr.successes} of ${e.orr.trials} images`]]
    : [[null, `mean of ${controls.length} control sets`]]);
  // The record has the interval of the minimum at the sweep's own θ.
  const isLeast = state.control === "min" && controls.length > 1;
  const delta = isLeast ? (theta() === model.theta ? model.delta_min : null) : e.delta;
  card("difference", "panel-delta", "Δ", fixed(r.delta, 3), [
    ...delta ? [["interval", interval(delta, value => fixed(value, 3))]] : [],
    [null, isLeast ? `smallest: ${controls[shownSet(model)]}` : "IRR − ORR"]]);
  const top = best(model);
  const button = make("button", { type: "button", id: "panel-best" },
    `Best Δ ${fixed(top.delta, 3)} at θ = ${thetaText(top.k * grid.step)}`);
  button.addEventListener("click", () => { setStep(top.k); byId("panel-best").focus(); });
  return [cards, button];
}
function configuration(model) {
  const c = model.configuration;
  return list([
    ["layers L", String(c.layers)], ["bottleneck maps b", String(c.bottleneck)], ["other maps", String(c.maps)],
    ["kernel", `${c.kernel} × ${c.kernel}`], ["share of maps zeroed ρ", String(c.channel_sparsity)],
    ...c.channel_stride === null ? [] : [["cells with one winner", `${c.channel_stride} × ${c.channel_stride}`]],
    ["pixels corrupted p", String(c.corruption)], ["recipe", c.recipe],
    ["epochs", model.epochs_done === 0 ? "0: untrained" : String(model.epochs_done)], ["seed", model.seedText],
    ["parameters", count(model.parameters)], ["loss", isNumber(model.loss) ? model.loss.toPrecision(3) : "–"],
    ["time to train, measure", `${fixed(model.train_seconds, 0)} s, ${fixed(model.evaluate_seconds, 0)} s`]]);
}
function generatedMeasures(model) {
  const missing = model.missing_classes;
  const judgement = (value, digits) => isNumber(value) ? fixed(value, digits) : "no classifier";
  return list([
    ["objectness", judgement(model.objectness, 2)], ["Fréchet distance", judgement(model.frechet_distance, 1)],
    ["mean discrepancy, squared", judgement(model.mean_discrepancy, 4)],
    ["classes never generated", missing ? (missing.length ? missing.join(", ") : "none") : "no classifier"],
    ["Parzen log-likelihood", `${fixed(model.parzen, 1)} nats`], ["unique images", percent(model.unique_share)],
    ["reached a fixed point", `${percent(model.converged.estimate)} (${model.converged.successes} of ${model.converged.trials})`]]);
}
// What is measured against each control set at any θ, or at the sweep's own.
function controlMeasures(model) {
  const element = make("div");
  charts.table(element, {
    id: "controls-of-model", label: "Measures by control set",
    columns: [
      { key: "set", title: "control set", as: "text" }, { key: "orr", title: "ORR", as: "percent" },
      { key: "delta", title: "Δ", digits: 3 },
      { key: "auroc", title: "AUROC", digits: 3 }, { key: "like", title: "taken for the domain", as: "percent" }],
    rows: controls.map((name, set) => ({ id: `control-${set}`, cells: {
      set: name, orr: outRate(model, set, state.k).estimate, delta: deltaOf(model, set, state.k),
      auroc: model.auroc[set], like: model.look_like_domain[set] } })) });
  const about = `“Taken for the domain”: the share of reconstructed images, at θ = ${thetaText(sweepTheta)},`
    + " that the classifier of symbols takes for the domain.";
  return [element, make("p", { class: "note" }, about)];
}
function updatePanel() {
  const panel = byId("panel"), model = state.model;
  if (!model) {
    return panel.replaceChildren(make("h2", { id: "panel-title" }, "No model chosen"),
      make("p", {}, "Choose a point or a row to see its images and figures."));
  }
  const nodes = [make("h2", { id: "panel-title" }, model.label)];
  nodes.push(make("p", { class: "note" }, `At θ = ${thetaText(theta())}, against ${controlText()}`
    + (isShown(model) ? "." : ". The filters hide this model's points.")));
  nodes.push(...rateCards(model));
  if (imagesFor(model)) {
    nodes.push(...missingImages(model), ...spuriousImages(model), ...generatedImages());
  } else {
    const why = `There are no images of this model: its file ${model.panel} was not beside the records.`;
    nodes.push(make("p", { id: "no-images" }, why));
  }
  nodes.push(make("h3", {}, "Its generated images, measured"), generatedMeasures(model));
  nodes.push(make("div", { class: "columns" }, rateCurves(model), recallBars(model)));
  nodes.push(make("h3", {}, "Against each control set"), ...controlMeasures(model));
  nodes.push(make("h3", {}, "Configuration"), configuration(model));
  nodes.push(make("p", { class: "note" }, `Model file: ${model.model}`));
  panel.replaceChildren(...nodes);
}
