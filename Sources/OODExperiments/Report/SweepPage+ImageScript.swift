/// Images of the chosen model, cut from its strips.
extension SweepPage {
  static let imageScript = #"""
    let images = null, imagesOf = null, addresses = [];
    function imagesFor(model) {
      if (imagesOf !== model) {
        addresses.forEach(address => URL.revokeObjectURL(address));
        addresses = [];
        const element = byId(`images-${model.index}`);
        [images, imagesOf] = [element ? JSON.parse(element.textContent) : null, model];
      }
      return images;
    }
    function address(strip) {
      if (!strip.address) {
        const bytes = Uint8Array.from(atob(strip.png), letter => letter.charCodeAt(0));
        strip.address = URL.createObjectURL(new Blob([bytes], { type: "image/png" }));
        addresses.push(strip.address);
      }
      return strip.address;
    }
    function tile(strip, index, scale) {
      const { width, height } = images, node = make("span", { class: "tile" });
      node.style.width = width * scale + "px";
      node.style.height = height * scale + "px";
      node.style.backgroundImage = `url(${address(strip)})`;
      node.style.backgroundSize = `${strip.count * width * scale}px ${height * scale}px`;
      node.style.backgroundPosition = `${-index * width * scale}px 0`;
      return node;
    }
    // Tiles of about 42 pixels, at whole multiples of the image's where they are small.
    const tileScale = target => { const scale = target / Math.max(images.width, images.height); return scale > 2 ? Math.floor(scale) : scale; };

    // Images with what the model makes of them below, and the error.
    function pairs(source, reconstruction, chosen, label) {
      const row = make("div", { class: "images", role: "img", "aria-label": label }), scale = tileScale(44);
      for (const index of chosen) {
        row.append(make("span", { class: "pair" }, tile(source, index, scale), tile(reconstruction, index, scale), fixed(source.errors[index], 0)));
      }
      return row;
    }
    const indices = (strip, test) => [...strip.errors.keys()].filter(index => test(strip.errors[index]));

    function missingImages(model) {
      const own = inRate(model, state.k), chosen = indices(images.digits, error => error >= theta());
      const missing = own.trials - own.successes, kept = images.digits.count;
      const head = make("h3", {}, "Missing: images of the domain that it does not reconstruct");
      const text = `${missing} of ${own.trials} test images are missing at θ = ${thetaText(theta())}; of the ${kept} kept here, ${chosen.length}.`
        + (chosen.length ? " Below each, the model's reconstruction and its error." : "");
      return [head, make("p", { class: "note", id: "missing-note" }, text), pairs(images.digits, images.digit_reconstructions, chosen, `${chosen.length} missing images and their reconstructions`)];
    }
    function spuriousImages(model) {
      const set = shownSet(model), other = outRate(model, set, state.k), strip = images.symbols[set];
      const chosen = indices(strip, error => error < theta());
      const head = make("h3", {}, "Spurious: images of another kind that it does reconstruct");
      const text = `${other.successes} of ${other.trials} images of ${controls[set]} are reconstructed at θ = ${thetaText(theta())}; of the ${strip.count} kept here, ${chosen.length}.`;
      return [head, make("p", { class: "note", id: "spurious-note" }, text), pairs(strip, images.symbol_reconstructions[set], chosen, `${chosen.length} spurious images and their reconstructions`)];
    }
    function generatedImages() {
      const { generated, trajectory, iterations } = images;
      const left = make("div", { class: "images", role: "img", "aria-label": `${generated.count} generated images` });
      for (let index = 0; index < generated.count; index++) left.append(tile(generated, index, tileScale(36)));
      const way = make("div", { class: "way", role: "img", "aria-label": `Generated images after ${iterations.join(", ")} iterations` });
      trajectory.forEach((strip, step) => {
        const row = make("div", { class: "images" });
        for (let index = 0; index < strip.count; index++) row.append(tile(strip, index, tileScale(28)));
        way.append(make("span", {}, String(iterations[step])), row);
      });
      return [
        make("h3", {}, "What it generates"),
        make("p", { class: "note" }, "The model is applied again and again, from uniform noise, until its output no longer changes."),
        make("div", { class: "columns" }, left, make("div", {}, way, make("p", { class: "note" }, "The way of the first ones; at the left, how often the model was applied.")))];
    }
    """#
}
