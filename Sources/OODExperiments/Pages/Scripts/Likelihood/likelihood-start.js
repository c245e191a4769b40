"use strict";
/** The pictures, and the start. */

function showPictures() {
  for (const { title, strip, width, height } of pictures) {
    byId("pictures-shown").append(make("figure", {},
      charts.imageRow(strip, { width, height, size: 58, label: title }), make("figcaption", {}, title)));
  }
}
introduce();
showDensities();
showScores();
showBatches();
showHistograms();
showPictures();
showTrainings();
if (!scoreNamed("log-density")) byId("densities-section").remove();
