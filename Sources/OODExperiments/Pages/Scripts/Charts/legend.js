"use strict";
/** Which colour and which size is what. */
{
  const { shape, element: make } = charts;

  /** Lines are [{ title, items: [{ text, colour, radius }] }]: circles of that radius, or squares without one. */
  charts.legend = (element, lines) => {
    const mark = ({ colour = "var(--soft)", radius }) => {
      const ink = charts.colour(colour), side = radius ? 2 * radius + 4 : 13;
      return shape("svg", { width: side, height: side, "aria-hidden": "true" }, radius
        ? shape("circle", { cx: radius + 2, cy: radius + 2, r: radius, class: "sample", fill: ink, stroke: ink })
        : shape("rect", { x: 1, y: 1, width: 11, height: 11, rx: 2, class: "sample", fill: ink, stroke: ink }));
    };
    element.classList.add("legend");
    element.replaceChildren(...lines.map(({ title, items }) =>
      make("p", {}, title ?? "", ...items.map(item => make("span", { class: "key" }, mark(item), item.text)))));
  };
}
