"use strict";
/** The data and the table as files. */

const quoted = text => /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

// All numbers in full: the models and the order of the table, at the chosen θ, against every control set.
function tableText() {
  const head = [
    "name", "layers", "bottleneck", "maps", "kernel", "channel_sparsity", "channel_stride", "corruption", "epochs", "seed",
    "recipe", "parameters", "theta", "irr", ...controls.flatMap(name => [`orr ${name}`, `delta ${name}`]),
    "objectness", "frechet_distance", "parzen", "unique_share", "converged"];
  const lines = sortedModels().map(model => {
    const c = model.configuration;
    return [
      model.name, c.layers, c.bottleneck, c.maps, c.kernel, c.channel_sparsity, c.channel_stride, c.corruption, model.epochs_done,
      model.seedText, c.recipe, model.parameters, theta(), inRate(model, state.k).estimate,
      ...controls.flatMap((_, set) => [outRate(model, set, state.k).estimate, deltaOf(model, set, state.k)]),
      model.objectness, model.frechet_distance, model.parzen, model.unique_share, model.converged.estimate];
  });
  return [head, ...lines].map(line => line.map(value => quoted(String(value ?? ""))).join(",")).join("\n") + "\n";
}
const fileAddress = (text, type) => URL.createObjectURL(new Blob([text], { type }));
function makeDownloads() {
  byId("download-records").href = fileAddress(recordLines.join("\n") + "\n", "application/jsonl");
  const link = byId("download-table");
  link.addEventListener("click", () => {
    if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
    link.href = fileAddress(tableText(), "text/csv");
  });
}
function updateDownloads() {
  byId("download-table").title = `${models.filter(isShown).length} models at θ = ${thetaText(theta())}`;
}
