"use strict";
/** The pictures, and the start. */

function figure({ title, about, part, strip, width, height, size }) {
  return make("figure", {}, charts.imageRow(strip, { width, height, size, label: title }),
    make("figcaption", {}, make("b", {}, title), part === "images" ? ` ${about}` : ""));
}
byId("findings").append(...verdicts.map(text => make("li", {}, text)));
report.toys.forEach(showToy);
showImages();
byId("image-pictures").append(...pictures.filter(picture => picture.part === "images").map(figure));
{
  const { settings } = report;
  byId("settings").textContent = `Seed ${settings.seed}, ${settings.trainingCount} images of ${report.trainingSet}, ${settings.testCount} of `
    + `each test set, ${settings.epochs} epochs; ${settings.toyCount} points and ${settings.toyEpochs} epochs in the plane.`;
}
