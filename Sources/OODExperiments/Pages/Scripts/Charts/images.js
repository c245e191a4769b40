"use strict";
/** Small images, cut from strips: one PNG with many images in a row, as base 64. */
{
  const { element: make } = charts;
  const addresses = new Map();

  function addressOf(strip) {
    if (!addresses.has(strip)) {
      const bytes = Uint8Array.from(atob(strip.png), letter => letter.charCodeAt(0));
      addresses.set(strip, URL.createObjectURL(new Blob([bytes], { type: "image/png" })));
    }
    return addresses.get(strip);
  }

  /** Frees the memory of strips that are no longer shown. */
  charts.releaseStrips = strips => {
    for (const strip of strips) {
      if (addresses.has(strip)) URL.revokeObjectURL(addresses.get(strip));
      addresses.delete(strip);
    }
  };

  /** Pixels of the screen for one of the image, for a side of about `size`: a whole number where images are small. */
  charts.imageScale = ({ width, height, size }) => {
    const scale = size / Math.max(width, height);
    return scale > 2 ? Math.floor(scale) : scale;
  };

  function tile(strip, index, options) {
    const { width, height } = options, scale = charts.imageScale(options), node = make("span", { class: "tile" });
    node.style.width = `${width * scale}px`;
    node.style.height = `${height * scale}px`;
    node.style.backgroundImage = `url(${addressOf(strip)})`;
    node.style.backgroundSize = `${strip.count * width * scale}px ${height * scale}px`;
    node.style.backgroundPosition = `${-index * width * scale}px 0`;
    return node;
  }
  const all = strip => [...Array(strip.count).keys()];

  /**
   * The images of a strip { count, png } beside one another.
   *
   * Options: width and height of an image in its pixels, size on the screen, label; indices, when not all are shown.
   */
  charts.imageRow = (strip, options) => make("div",
    { class: "images", role: options.label && "img", "aria-label": options.label },
    ...(options.indices ?? all(strip)).map(index => tile(strip, index, options)));

  /** The images of two strips above one another, such as what went in and what came out, and below them `captions` by index. */
  charts.imagePairs = (above, below, options) => make("div", { class: "images", role: "img", "aria-label": options.label },
    ...(options.indices ?? all(above)).map(index => make("span", { class: "pair" },
      tile(above, index, options), tile(below, index, options), options.captions?.[index] ?? "")));

  /** Rows of images on their way, each with a text before it: rows is [{ text, strip }]. */
  charts.imageSequence = (rows, options) => make("div", { class: "sequence", role: "img", "aria-label": options.label },
    ...rows.flatMap(({ text, strip }) => [make("span", {}, text), charts.imageRow(strip, { ...options, label: null })]));
}
