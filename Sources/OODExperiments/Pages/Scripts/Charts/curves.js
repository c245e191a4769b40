"use strict";
/** Lines over a common axis: rates over a threshold, losses over epochs, a true over a false positive rate. */
{
  const { shape } = charts;

  /**
   * Data:
   * - label, x, y, aspect, tallest: as of a frame.
   * - series: [{ name, points: [[x, y], …], colour }], x rising; a y that is null leaves a gap. The name stands at the end of
   *   the line. Without a colour a line has the one of its position.
   * - digits: of the values that are read; all of them without.
   * - xDigits, xName: the same of the place where they are read, and what it is called there.
   * - uprights: [{ x, kind: "now" | "dotted" }]. Where one is "now", the lines have a ring.
   * - diagonal: true draws the line from corner to corner, which a ranking by chance has.
   *
   * A pointer or the arrow keys read the values of all lines.
   */
  charts.curves = (element, data) => {
    const state = { series: [], uprights: [], ...data };
    let stops = [], values = [];
    function take(changes) {
      Object.assign(state, changes);
      stops = [...new Set(state.series.flatMap(line => line.points.map(point => point[0])))].sort((a, b) => a - b);
      values = state.series.map(line => new Map(line.points));
    }
    take(data);
    const ink = i => charts.colour(state.series[i].colour ?? i);
    const current = () => state.uprights.find(upright => upright.kind === "now")?.x;
    const ends = 14 + 7 * Math.max(0, ...state.series.map(line => (line.name ?? "").length));
    const frame = charts.frame(element, { ...data, ends }, paint);
    const reader = charts.reader(frame, {
      label: `Values along the axis: ${state.label}`,
      count: () => stops.length,
      place: stop => frame.across(stops[stop]),
      describe: stop => ({
        title: `${state.xName ?? state.x.title ?? ""} ${charts.formatted(stops[stop], { digits: state.xDigits })}`.trim(),
        values: state.series.map((line, i) => {
          const value = values[i].get(stops[stop]) ?? null;
          return { name: line.name ?? "", text: charts.formatted(value, state), colour: line.colour ?? i };
        }),
      }),
      start: () => Math.max(0, stops.indexOf(current())),
    });

    /** Names stand at the ends of their lines, a line's height apart, within the frame. */
    function nameEnds() {
      const named = [];
      state.series.forEach((line, i) => {
        const last = line.points.findLast(point => charts.isNumber(point[1]));
        if (line.name && last) named.push({ i, y: frame.up(last[1]) + 4 });
      });
      named.sort((a, b) => a.y - b.y || a.i - b.i);
      named.forEach((name, n) => { if (n > 0) name.y = Math.max(name.y, named[n - 1].y + 14); });
      const over = Math.max(0, (named.at(-1)?.y ?? 0) - (frame.bottom + 4));
      for (const { i, y } of named) {
        const attributes = { x: frame.right + 7, y: y - over, class: "line-name", style: `fill: ${ink(i)}` };
        frame.below.append(shape("text", attributes, state.series[i].name));
      }
    }
    function paint() {
      const place = ([x, y]) => charts.isNumber(y) ? [frame.across(x), frame.up(y)] : null;
      const { left, right, top, bottom } = frame, now = current();
      if (state.diagonal) frame.below.append(shape("line", { x1: left, y1: bottom, x2: right, y2: top, class: "guide" }));
      for (const { x, kind } of state.uprights) {
        const at = frame.across(x);
        frame.below.append(shape("line", { x1: at, x2: at, y1: top, y2: bottom, class: `upright ${kind}` }));
      }
      state.series.forEach((line, i) => {
        frame.below.append(shape("path", { d: charts.pathThrough(line.points.map(place)), class: "line", stroke: ink(i) }));
        const at = values[i].get(now) === undefined ? null : place([now, values[i].get(now)]);
        if (at) frame.below.append(shape("circle", { cx: at[0], cy: at[1], r: 4, class: "ring", stroke: ink(i) }));
      });
      nameEnds();
      if (stops.length) reader.lay();
    }
    frame.layout();
    return {
      svg: frame.svg,
      update(changes) {
        take(changes);
        Object.assign(frame, { x: state.x, y: state.y });
        frame.svg.setAttribute("aria-label", state.label);
        frame.draw();
      },
    };
  };
}
