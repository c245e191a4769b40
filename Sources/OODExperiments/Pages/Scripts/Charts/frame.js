"use strict";
/** The ground of scatter, histogram and curves: a drawing with axes that is as wide as its element. */
{
  const { shape, plain } = charts;
  /** The widths of a letter and of a digit of 12 pixels, in the wider of the usual fonts. */
  const letter = 6.6, digit = 7.8;
  const lineHeight = 15;

  /** Words in lines of at most so many letters. */
  function lines(text, letters) {
    const result = [];
    for (const word of text.split(" ")) {
      const last = result.length - 1;
      if (last >= 0 && result[last].length + 1 + word.length <= letters) result[last] += " " + word;
      else result.push(word);
    }
    return result;
  }

  /**
   * A frame in `element`, drawn at once and after each change of width.
   *
   * - label: what it is, to those who don't see it.
   * - x, y: axes; without y there is a floor instead of a grid.
   * - aspect: height over width; tallest: pixels that the height stays below.
   * - ends: pixels to leave at the right, for names of lines.
   * - paint(frame): fills frame.below and frame.above, which have been emptied, and moves what is in frame.marks.
   *   frame.left, .right, .top, .bottom are the plot's borders, frame.across(value) and frame.up(value) places in it.
   *
   * Gives back the frame: frame.layout() takes the element's width and draws, frame.draw() draws at the width that it had.
   */
  charts.frame = (element, { label, x, y = null, aspect = 0.6, tallest = 560, ends = 0 }, paint) => {
    const layers = { axes: shape("g"), below: shape("g"), marks: shape("g"), above: shape("g") };
    const svg = shape("svg", { role: "group", "aria-label": label }, ...Object.values(layers));
    const frame = { svg, ...layers, x, y };
    element.classList.add("chart");
    element.replaceChildren(svg);
    let drawnWidth = 0, drawnAxes = null;

    function arrange() {
      // What is not on the page yet has no width; it is laid out again when it is.
      const width = Math.max(200, drawnWidth || 520);
      const height = Math.round(Math.min(tallest, Math.max(150, width * aspect)));
      const fitting = Math.floor((width - 16) / letter);
      frame.xTitle = lines(frame.x.title ?? "", fitting);
      frame.yTitle = frame.y?.title ? lines(frame.y.title, fitting) : [];
      frame.top = 10 + frame.yTitle.length * lineHeight + (frame.yTitle.length ? 6 : 0);
      frame.bottom = height - 26 - (frame.x.title ? frame.xTitle.length * lineHeight + 4 : 0);
      frame.yTicks = frame.y ? charts.ticks(...frame.y.range, Math.max(2, Math.min(6, (frame.bottom - frame.top) / 36))) : [];
      frame.left = frame.y ? 12 + digit * Math.max(1, ...frame.yTicks.map(value => plain(value).length)) : 10;
      frame.right = width - Math.max(12, ends);
      const room = digit * (3 + Math.max(...frame.x.range.map(end => plain(Math.round(end)).length)));
      frame.xTicks = charts.ticks(...frame.x.range, Math.max(2, Math.min(8, (frame.right - frame.left) / (room + 24))));
      frame.across = charts.scale(frame.x.range, frame.left, frame.right);
      frame.up = charts.scale(frame.y ? frame.y.range : [0, 1], frame.bottom, frame.top);
      svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
      return { width, height };
    }

    function drawAxes({ width, height }) {
      // Axes stay as they are while a slider moves what is in them.
      const key = JSON.stringify([width, height, frame.x, frame.y]);
      if (key === drawnAxes) return;
      drawnAxes = key;
      const { left, right, top, bottom, axes } = frame;
      axes.replaceChildren();
      const write = (text, x, y, anchor, kind) =>
        axes.append(shape("text", { x, y, "text-anchor": anchor, class: kind }, text));
      for (const value of frame.xTicks) {
        const at = frame.across(value);
        axes.append(shape("line", { x1: at, x2: at, y1: frame.y ? top : bottom, y2: bottom + 4, class: "grid-line" }));
        // A number at the plot's border stays within the drawing.
        const half = digit * plain(value).length / 2 + 2;
        write(plain(value), Math.max(half, Math.min(width - half, at)), bottom + 20, "middle", "x-tick");
      }
      for (const value of frame.yTicks) {
        const at = frame.up(value);
        axes.append(shape("line", { x1: left, x2: right, y1: at, y2: at, class: value === 0 ? "zero-line" : "grid-line" }));
        write(plain(value), left - 7, at + 4, "end", "y-tick");
      }
      axes.append(frame.y
        ? shape("rect", { x: left, y: top, width: right - left, height: bottom - top, class: "plot-frame" })
        : shape("line", { x1: left, x2: right, y1: bottom, y2: bottom, class: "plot-frame" }));
      frame.yTitle.forEach((line, i) => write(line, 2, 12 + i * lineHeight, "start", "axis-title"));
      if (frame.x.title) {
        frame.xTitle.forEach((line, i) =>
          write(line, width / 2, height - 5 - (frame.xTitle.length - 1 - i) * lineHeight, "middle", "axis-title"));
      }
    }

    frame.layout = () => {
      drawnWidth = element.clientWidth;
      frame.draw();
    };
    frame.draw = () => {
      drawAxes(arrange());
      frame.below.replaceChildren();
      frame.above.replaceChildren();
      paint(frame);
    };
    // In the next frame: a drawing that changes its own height while sizes are told would be told of that again.
    new ResizeObserver(() => requestAnimationFrame(() => {
      if (element.clientWidth !== drawnWidth && element.clientWidth > 0) frame.layout();
    })).observe(element);
    return frame;
  };

  /** The path through points that are places already; it breaks where one is null. */
  charts.pathThrough = places => {
    let path = "", move = true;
    for (const place of places) {
      if (place) path += `${move ? "M" : "L"}${place[0].toFixed(1)} ${place[1].toFixed(1)}`;
      move = !place;
    }
    return path;
  };
}
