"use strict";
/** Making elements, and the tip that is shown beside what a pointer or the focus is on. */
{
  function filled(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== undefined && value !== null) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  }

  /** An element of HTML with attributes (those that are null are left out) and children: nodes or text. */
  charts.element = (name, attributes = {}, ...children) =>
    filled(document.createElement(name), attributes, children);

  /** The same of SVG. */
  charts.shape = (name, attributes = {}, ...children) =>
    filled(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);

  let tip = null;

  /** Shows nodes or text beside a rectangle of the window, above it where there is room. */
  charts.showTip = (rectangle, ...children) => {
    if (!tip) tip = document.body.appendChild(charts.element("div", { id: "tip", "aria-hidden": "true" }));
    tip.replaceChildren(...children);
    tip.hidden = false;
    const box = tip.getBoundingClientRect(), above = rectangle.top - box.height - 4;
    const right = document.documentElement.clientWidth - box.width - 4;
    tip.style.left = `${Math.max(4, Math.min(right, rectangle.right + 8))}px`;
    tip.style.top = `${above >= 4 ? above : rectangle.bottom + 8}px`;
  };

  charts.hideTip = () => { if (tip) tip.hidden = true; };
}
