"use strict";
/**
 * The page of an overgeneralization experiment: each file of this folder is a script of its own, in the order in which
 * `OvergeneralizationPage` lists them, and sees what those before it declare.
 *
 * Here: the report, and what is said of it in words.
 */
const { element: make, fixed, percent, isNumber } = charts;
const byId = id => document.getElementById(id);

const report = JSON.parse(byId("report").textContent);
const captions = JSON.parse(byId("captions").textContent);
const { thresholds } = report.settings;
const attacks = [...new Set(report.fooling.map(row => row.attack))];

const tau = threshold => `τ = ${threshold}`;
// A share with its interval, as a bar of a table takes it.
const bar = ({ share, low, high, successes, trials }) => ({ value: share, low, high,
  about: `${successes} of ${trials}; 95% interval ${percent(low)} to ${percent(high)}` });
const classifierNamed = name => report.classifiers.find(classifier => classifier.name === name);
// The place of a threshold among a classifier's accuracies, whose first is that at 0.
const accuracyAt = (classifier, threshold) => classifier.accuracies[1 + thresholds.indexOf(threshold)];
const isAlive = classifier => classifier.residuals
  ? classifier.residuals[1] <= Math.min(report.blackDistance, report.meanImageDistance) * 2 / 3 : null;

function introduce() {
  for (const node of document.querySelectorAll("[data-training-set]")) node.textContent = report.trainingSet;
  for (const node of document.querySelectorAll("[data-test-set]")) node.textContent = report.testSet;
  for (const classifier of report.classifiers) {
    const rows = report.fooling.filter(row => row.classifier === classifier.name && row.threshold === thresholds[0]);
    const rates = rows.map(row => `${row.attack} ${percent(row.fooled.share)} (unrecognizable ${percent(row.unrecognizable.share)})`);
    byId("findings").append(make("li", {}, make("strong", {}, classifier.name),
      `: right at ${tau(0)} ${percent(classifier.accuracies[0].share)}, at ${tau(thresholds[0])} `
      + `${percent(accuracyAt(classifier, thresholds[0]).share)}; fooled at ${tau(thresholds[0])} by ${rates.join(", ")}.`));
  }
  const dead = report.classifiers.filter(classifier => isAlive(classifier) === false).map(({ name }) => name);
  byId("gate").textContent = `Residual: quantiles at 1, 50 and 99% of ‖r(x) − x‖₂ over the test images. A decoder that is all black `
    + `misses by ${fixed(report.blackDistance, 2)}, one that always gives the mean image by ${fixed(report.meanImageDistance, 2)}. `
    + (dead.length ? `The decoder of ${dead.join(" and ")} has collapsed: its fooling rates say nothing.`
      : "A decoder counts as alive when its median is at most two thirds of the smaller one.");
  byId("nearest").textContent = `Nearest: the median distance of fooling images from the nearest training image; that of test images is `
    + `${fixed(report.nearestDistanceOfTest, 2)}.`;
  const { settings } = report, { training } = settings;
  byId("settings").textContent = `Seed ${captions.seed}; ${settings.trainingCount} training images, ${settings.heldOutCount} held out, `
    + `${training.epochs} epochs, batches of ${training.batchSize}, Adam with the rate ${training.learningRate}; ${training.maps} maps, `
    + `${training.hidden} hidden units, ω = ${training.overcompleteness}, σ = ${training.noise}, λ = ${training.reconstructionWeight}. `
    + `α is the largest with an accuracy of ${settings.calibrationAccuracy} at τ = ${settings.calibrationThreshold} on held-out images. `
    + `Fooling: ${settings.trialsPerClass} trials a class, at most ${settings.stepLimit} steps, gradient descent at the rate `
    + `${settings.descentRate}, Adam at ${settings.adamRate}. Open set: ${settings.openSetTrainingCount} images, ${settings.openSetEpochs} `
    + `epochs, τ = ${settings.openSetThreshold}.`;
}
