"use strict";
/** IRR, ORR and Δ at the chosen θ: counts over trials, as `ReconstructionRates` has them. */

const inRate = (model, k) => charts.wilson(model.curves.in[k], model.irr.trials);
const outRate = (model, set, k) => charts.wilson(model.curves.controls[set][k], model.orr[set].trials);
const deltaOf = (model, set, k) =>
  charts.difference(model.curves.in[k], model.irr.trials, model.curves.controls[set][k], model.orr[set].trials);

// The control set that a panel shows images of: the chosen one; under mean and minimum, the one with the largest ORR.
function shownSet(model, k = state.k) {
  if (state.control !== "mean" && state.control !== "min") return Number(state.control);
  return charts.firstMaximum(controls.length, set => model.curves.controls[set][k] / model.orr[set].trials).position;
}

// IRR, ORR and Δ without intervals: what points, curves and the table show.
function rates(model, k = state.k) {
  const irr = model.curves.in[k] / model.irr.trials;
  if (state.control === "mean") {
    const mean = value => controls.reduce((sum, _, set) => sum + value(set), 0) / controls.length;
    return {
      irr, orr: mean(set => model.curves.controls[set][k] / model.orr[set].trials), delta: mean(set => deltaOf(model, set, k)) };
  }
  const set = shownSet(model, k);
  return { irr, orr: model.curves.controls[set][k] / model.orr[set].trials, delta: deltaOf(model, set, k) };
}

// The same with intervals. The minimum of Δ has no interval here but that of the set that attains it.
function estimates(model) {
  const own = inRate(model, state.k);
  const sets = state.control === "mean" ? controls.map((_, set) => set) : [shownSet(model)];
  const others = sets.map(set => outRate(model, set, state.k));
  return { irr: own, orr: others.length === 1 ? others[0] : null, delta: charts.meanDifference(own, others) };
}

// The smallest θ with the largest Δ. It depends on the control set alone: kept until another is chosen.
let bests = new Map(), bestsFor = null;
function best(model) {
  if (bestsFor !== state.control) [bests, bestsFor] = [new Map(), state.control];
  if (!bests.has(model)) {
    const { position, value } = charts.firstMaximum(grid.steps + 1, k => rates(model, k).delta);
    bests.set(model, { k: position, delta: value });
  }
  return bests.get(model);
}

const rateText = ({ irr, orr, delta }) => `IRR ${percent(irr)}, ORR ${percent(orr)}, Δ ${fixed(delta, 3)}`;
function controlText() {
  if (state.control === "mean") return "the mean of the control sets";
  if (state.control === "min") return "the control set with the smallest Δ";
  return controls[Number(state.control)];
}
