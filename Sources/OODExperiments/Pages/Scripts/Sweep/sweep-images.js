"use strict";
/** The chosen model's images: what it misses, what it lets through, what it generates. */

let images = null, imagesOf = null;
function imagesFor(model) {
  if (imagesOf !== model) {
    if (images) {
      charts.releaseStrips([
        images.digits, images.digit_reconstructions, images.generated, ...images.symbols, ...images.symbol_reconstructions,
        ...images.trajectory]);
    }
    const element = byId(`images-${model.index}`);
    [images, imagesOf] = [element ? JSON.parse(element.textContent) : null, model];
  }
  return images;
}
const imageOptions = (size, label) => ({ width: images.width, height: images.height, size, label });

// Images with what the model makes of them below, and the error.
const pairs = (source, reconstruction, indices, label) => charts.imagePairs(source, reconstruction, {
  ...imageOptions(44, label), indices, captions: source.errors.map(error => fixed(error, 0)) });
const indices = (strip, test) => [...strip.errors.keys()].filter(index => test(strip.errors[index]));

function missingImages(model) {
  const own = inRate(model, state.k), chosen = indices(images.digits, error => error >= theta());
  const missing = own.trials - own.successes, kept = images.digits.count;
  const text = `${missing} of ${own.trials} test images are missing at θ = ${thetaText(theta())};`
    + ` of the ${kept} kept here, ${chosen.length}.`
    + (chosen.length ? " Below each, the model's reconstruction and its error." : "");
  return [
    make("h3", {}, "Missing: images of the domain that it does not reconstruct"),
    make("p", { class: "note", id: "missing-note" }, text),
    pairs(images.digits, images.digit_reconstructions, chosen, `${chosen.length} missing images and their reconstructions`)];
}
function spuriousImages(model) {
  const set = shownSet(model), other = outRate(model, set, state.k), strip = images.symbols[set];
  const chosen = indices(strip, error => error < theta());
  const text = `${other.successes} of ${other.trials} images of ${controls[set]} are reconstructed at θ = ${thetaText(theta())};`
    + ` of the ${strip.count} kept here, ${chosen.length}.`;
  return [
    make("h3", {}, "Spurious: images of another kind that it does reconstruct"),
    make("p", { class: "note", id: "spurious-note" }, text),
    pairs(strip, images.symbol_reconstructions[set], chosen, `${chosen.length} spurious images and their reconstructions`)];
}
function generatedImages() {
  const { generated, trajectory, iterations } = images;
  const way = charts.imageSequence(
    trajectory.map((strip, step) => ({ text: String(iterations[step]), strip })),
    imageOptions(28, `Generated images after ${iterations.join(", ")} iterations`));
  return [
    make("h3", {}, "What it generates"),
    make("p", { class: "note" }, "The model is applied again and again, from uniform noise, until its output no longer changes."),
    make("div", { class: "columns" },
      charts.imageRow(generated, imageOptions(36, `${generated.count} generated images`)),
      make("div", {}, way,
        make("p", { class: "note" }, "The way of the first ones; at the left, how often the model was applied.")))];
}
