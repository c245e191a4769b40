"use strict";
/** What is said of the sweep as a whole, and the start. */

function about() {
  const text = [];
  if (settings) {
    const set = s => `${s.name} (${count(s.count)} images)`;
    text.push(`Trained on ${set(settings.training)}, measured on ${set(settings.test)} and the control sets `
      + `${settings.controls.map(set).join(", ")}.`);
    for (const classifier of [settings.digit_classifier, settings.symbol_classifier]) if (classifier) {
      text.push(`Classifier ${classifier.name}` + (isNumber(classifier.test_error)
        ? `: ${fixed(100 * classifier.test_error, 2)}% wrong of ${count(classifier.test_count)} held-out images.` : "."));
    }
    document.querySelector("[data-test-set]").textContent = `test images of its own domain (${settings.test.name})`;
  }
  text.push("Intervals are 95% score intervals of Wilson; of differences, Newcombe's. They take images as independent draws and"
    + " say nothing of another training.");
  text.push("Measures and method: B. Kégl, M. Cherti and A. Kazakçı, Spurious samples in deep generative models: bug or"
    + " feature?, 2018.");
  byId("about").replaceChildren(...text.map(sentence => make("p", {}, sentence)));
}
makeFilters();
makeSlider();
makeControls();
makeScatter();
makeObjectness();
makeTable();
makeDownloads();
about();
choose(models[charts.firstMaximum(models.length, i => rates(models[i]).delta).position]);
openLink();
addEventListener("hashchange", openLink);
