"use strict";
/**
 * The charts of all pages: data of JSON in, SVG and HTML out. Nothing is fetched, and nothing but this folder is needed.
 *
 *     charts.scatter(element, { label, x, y, points, … }, { onChoose })    points to reach and to choose
 *     charts.histogram(element, { label, x, low, high, sets, … })          shares of several sets in common bins
 *     charts.curves(element, { label, x, y, series, … })                   lines over a common axis
 *     charts.table(element, { label, columns, rows, … }, { onChoose })     rows to sort and to choose
 *     charts.legend(element, lines)                                        which colour and size is what
 *     charts.imageRow(strip, options), charts.imagePairs(above, below, options)     images cut from one PNG
 *
 * The first argument is an element of the page, which is filled; the second is described where the function is defined.
 * What comes back has `update(changes)`: members that are given replace what was there, others stay.
 *
 * - An axis is { title, range: [low, high] }.
 * - A colour is a number of the palette, 0 to 7 and round again, or anything that CSS takes for a colour.
 * - A number that is not known is null: it is not drawn, is last in the order of a table, and reads "–".
 * - A chart is as wide as its element and is drawn anew when that changes: text keeps its size in a narrow window.
 * - By keyboard: Tab goes to a chart, arrow keys from point to point or along it, Enter or Space chooses.
 */
const charts = {
  /** A colour of the palette by its number, or the colour itself. */
  colour: value => typeof value === "number" ? `var(--c${value % 8})` : value,
};
