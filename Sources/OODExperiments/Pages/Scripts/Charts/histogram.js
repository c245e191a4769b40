"use strict";
/** Histograms of several sets over one another: the share of each set in each of common bins. */
{
  const { shape, percent } = charts;

  /**
   * Data:
   * - label, aspect, tallest: as of a frame; x: { title }.
   * - low, high: the ends of the bins' range.
   * - sets: [{ name, counts, below, above, colour }]: counts by bin, and beyond both ends, which a share is a share of too.
   *   Without a colour a set has the one of its position.
   * - uprights: [{ x }]: dotted lines, such as a threshold.
   * - values: [[…], …], instead of low, high and counts: plain numbers of each set, counted by `charts.binned`.
   *
   * A pointer or the arrow keys read the shares of one bin.
   */
  charts.histogram = (element, data) => {
    const state = {};
    let bins = 0, sets = [];
    function take(changes) {
      Object.assign(state, changes);
      if (changes.values) {
        const { low, high, sets: counted } = charts.binned(changes.values, changes.bins);
        Object.assign(state, { low, high, sets: counted.map((set, i) => ({ ...state.sets?.[i], ...set })) });
      }
      sets = state.sets.map((set, i) => ({ name: "", colour: i, ...set, shares: charts.shares(set) }));
      bins = Math.max(0, ...sets.map(set => set.counts.length));
    }
    take(data);
    const axis = () => ({ ...state.x, range: [state.low, state.high] });
    const edge = bin => state.low + bin / bins * (state.high - state.low);
    const round = value => charts.plain(Number(value.toPrecision(4)));
    const frame = charts.frame(element, { aspect: 0.5, ...data, x: axis() }, paint);
    const reader = charts.reader(frame, {
      label: `Shares by bin: ${state.label}`,
      count: () => bins,
      place: bin => frame.across(edge(bin + 0.5)),
      describe: bin => ({
        title: `${round(edge(bin))} to ${round(edge(bin + 1))}`,
        values: sets.map(set => ({ name: set.name, text: percent(set.shares[bin]), colour: set.colour })),
      }),
      // Where most of the first set is.
      start: () => charts.firstMaximum(bins, bin => sets[0].shares[bin]).position,
    });

    function paint() {
      const most = Math.max(1e-9, ...sets.flatMap(set => set.shares));
      for (const set of sets) {
        const corners = [[edge(0), 0]];
        set.shares.forEach((share, bin) => corners.push([edge(bin), share], [edge(bin + 1), share]));
        corners.push([edge(bins), 0]);
        const points = corners.map(([x, share]) => `${frame.across(x).toFixed(2)},${frame.up(share / most).toFixed(2)}`);
        const ink = charts.colour(set.colour);
        frame.below.append(shape("polygon", { points: points.join(" "), class: "histogram-set", fill: ink, stroke: ink }));
      }
      for (const { x } of state.uprights ?? []) {
        const at = frame.across(x);
        frame.above.append(shape("line", { x1: at, x2: at, y1: frame.top, y2: frame.bottom, class: "upright dotted" }));
      }
      reader.lay();
    }
    frame.layout();
    return {
      svg: frame.svg,
      update(changes) {
        take(changes);
        frame.x = axis();
        frame.draw();
      },
    };
  };
}
