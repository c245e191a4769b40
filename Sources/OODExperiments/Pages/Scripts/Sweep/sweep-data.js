"use strict";
/**
 * The page of a sweep, part by part: each file of this folder is a script of its own, in the order in which `SweepPage` lists
 * them, and sees what those before it declare.
 *
 * Here: what is known, and what the reader has chosen.
 */
const { element: make, isNumber, fixed, percent, count } = charts;
const byId = id => document.getElementById(id);

const recordLines = byId("records").textContent.split("\n");
const models = recordLines.map((line, index) => ({ index, ...JSON.parse(line) }));
const settings = JSON.parse(byId("settings").textContent);
const controls = models[0].controls;
const grid = { step: models[0].curves.step, steps: models[0].curves.steps };
const sweepTheta = models[0].theta;

// What the reader has chosen: θ = k · step; control is a number, "mean" or "min".
const state = { k: nearestStep(sweepTheta), control: "0", model: null };
const theta = () => state.k * grid.step;
function nearestStep(value) { return Math.max(0, Math.min(grid.steps, Math.round(value / grid.step))); }

const thetaDigits = grid.step % 1 === 0 ? 0 : String(grid.step).split(".")[1].length;
const thetaText = value => fixed(value, thetaDigits);

// A model is called by L and b, and by whatever else tells it from the others.
const settingNames = [
  ["layers", "L"], ["bottleneck", "b"], ["maps", "maps "], ["kernel", "kernel "], ["channel_sparsity", "ρ"],
  ["channel_stride", "cells "], ["corruption", "p"], ["epochs", "epochs "], ["recipe", ""], ["seed", "seed "]];
// The rule by cells of positions is left out of records without it.
for (const model of models) model.configuration.channel_stride ??= null;
const haveCells = models.some(m => m.configuration.channel_stride !== null);
const differing = settingNames.filter(([key]) =>
  key === "layers" || key === "bottleneck" || models.some(m => m.configuration[key] !== models[0].configuration[key]));
for (const model of models) {
  const c = model.configuration;
  // A seed may be larger than the whole numbers of JavaScript; the name has all of its digits.
  model.seedText = (/-s(\d+)$/.exec(model.name) || [null, String(c.seed)])[1];
  const isSaid = ([key]) =>
    key !== "epochs" && c[key] !== null && !(["channel_sparsity", "corruption"].includes(key) && c[key] === 0);
  model.label = differing.filter(isSaid).map(([key, short]) => short + (key === "seed" ? model.seedText : c[key])).join(" ")
    + (model.epochs_done === 0 ? " untrained" : "");
}
const labelCounts = new Map();
for (const model of models) labelCounts.set(model.label, (labelCounts.get(model.label) || 0) + 1);
for (const model of models) if (labelCounts.get(model.label) > 1) model.label = model.name;

const valuesOf = key => [...new Set(models.map(m => m.configuration[key]))].sort((a, b) => a - b);
