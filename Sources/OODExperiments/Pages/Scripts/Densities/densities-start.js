"use strict";
/** The pictures of each distribution, and the start. */

function showToy({ name, nats }) {
  const shown = pictures.filter(picture => picture.toy === name);
  const figures = shown.map(({ family, strip, width, height }) => {
    const row = family ? rowOf(family, name) : null;
    const numbers = !row ? `the truth, ${fixed(nats, 3)} nats`
      : known(row.gap) ? `gap ${fixed(row.gap, 3)} nats` : "draws, no density";
    return make("figure", {}, charts.imageRow(strip, { width, height, size: 160, label: `${name}: ${family ?? "truth"}` }),
      make("figcaption", {}, make("b", {}, family ?? "Truth"), ` ${numbers}`));
  });
  byId("toys").append(make("section", {}, make("h2", {}, name), make("div", { class: "densities" }, ...figures)));
}
introduce();
showSummary();
report.toys.forEach(showToy);
{
  const { settings } = report;
  byId("settings").textContent = `Seed ${seed}, ${settings.trainingCount} training and ${settings.heldOutCount} held-out points, `
    + `${settings.steps} steps of ${settings.batchSize} points for a network (cheap ones take more). Brightness: the square root of the density, `
    + "the same in all pictures of a distribution.";
}
