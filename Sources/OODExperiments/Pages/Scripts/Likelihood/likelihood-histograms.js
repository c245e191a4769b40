"use strict";
/** The density's histogram, and those of all other scores. */

const legendLines = () => [{ items: names.map((text, colour) => ({ text, colour })) }];

function histogramOf(score, options) {
  const { low, high, counts, below, above } = score.histogram, plot = make("div");
  const outside = names.map((name, set) => [name, below[set] + above[set]]).filter(([, count]) => count > 0);
  const figure = make("figure", {}, plot, make("figcaption", {}, make("b", {}, score.name), ` ${score.about}`));
  if (outside.length) {
    figure.lastChild.append(make("span", { class: "outside" },
      ` Beyond the frame: ${outside.map(([name, count]) => `${name} ${count}`).join(", ")}.`));
  }
  // A chart that is on the page already knows its width.
  return { figure, draw: () => charts.histogram(plot, {
    label: `Histograms of ${score.name}: ${names.join(", ")}`, low, high,
    sets: names.map((name, set) => ({ name, counts: counts[set], below: below[set], above: above[set] })), ...options }) };
}
function showHistograms() {
  const density = scoreNamed("log-density");
  const show = (element, histogram) => { element.append(histogram.figure); histogram.draw(); };
  if (density) {
    charts.legend(byId("density-legend"), legendLines());
    show(byId("density"), histogramOf(density, {
      x: { title: "−ln p(x), nats: to the left is what the model finds probable" }, aspect: 0.62, tallest: 320 }));
  }
  charts.legend(byId("histogram-legend"), legendLines());
  for (const score of report.scores) {
    if (score !== density) show(byId("histograms"), histogramOf(score, { aspect: 0.5, tallest: 200 }));
  }
}
