"use strict";
/** The pictures, and the start. */

function showPictures() {
  const places = { toys: "toys", radii: "radii-pictures", archetypes: "archetypes", methods: "methods" };
  for (const { part, title, about, strip, width, height, size } of pictures) {
    byId(places[part]).append(make("figure", {},
      charts.imageRow(strip, { width, height, size, label: title }),
      make("figcaption", {}, make("b", {}, title), about ? ` ${about}` : "")));
  }
}
introduce();
showRows("classifiers", "Classifiers by what they were trained against", report.classifiers, "outliers", true);
showRows("discriminators", "Discriminators by radius", report.discriminators, "p", false);
showRadii();
showArchetypes();
showDistances();
showPictures();
{
  const { settings } = report;
  byId("settings").textContent = `Seed ${seed}, ${settings.trainingCount} training images, ${settings.testCount} of each test set, `
    + `${settings.outlierCount} outliers a training, β = ${settings.beta}, ${settings.repetitions} repetitions.`;
}
