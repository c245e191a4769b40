"use strict";
/** Reading a chart along its horizontal axis, by pointer or with the arrow keys. */
{
  const { shape, element: make } = charts;

  /**
   * Lets a reader stop at `count` places of the frame.
   *
   * - label: what is read.
   * - place(stop): its place from the left, in pixels of the drawing.
   * - describe(stop): { title, values: [{ name, text, colour }] }.
   * - start: the stop that the keyboard begins at.
   *
   * Call `lay()` of what comes back whenever the frame has been drawn.
   */
  charts.reader = (frame, { label, count, place, describe, start = () => 0 }) => {
    const line = shape("line", { class: "reader-line", visibility: "hidden" });
    const ground = shape("rect", {
      class: "reader", role: "slider", tabindex: 0, "aria-label": label, "aria-orientation": "horizontal", "aria-valuemin": 0 });
    let stop = null;

    function go(to) {
      stop = Math.max(0, Math.min(count() - 1, to));
      const { title, values } = describe(stop), at = place(stop);
      for (const [name, value] of Object.entries({ x1: at, x2: at, visibility: "visible" })) line.setAttribute(name, value);
      ground.setAttribute("aria-valuenow", stop);
      ground.setAttribute("aria-valuetext", `${title}: ${values.map(v => `${v.name} ${v.text}`).join(", ")}`);
      charts.showTip(line.getBoundingClientRect(), make("b", {}, title), ...values.flatMap(value => {
        const swatch = make("i", { class: "swatch" });
        swatch.style.background = charts.colour(value.colour);
        return [make("br"), swatch, `${value.name} ${value.text}`];
      }));
    }
    function leave() {
      line.setAttribute("visibility", "hidden");
      charts.hideTip();
    }
    function nearest(event) {
      const box = frame.svg.getBoundingClientRect(), [, , width] = frame.svg.getAttribute("viewBox").split(" ");
      const at = (event.clientX - box.left) * width / box.width;
      return charts.firstMaximum(count(), stop => -Math.abs(place(stop) - at)).position;
    }
    ground.addEventListener("pointermove", event => go(nearest(event)));
    ground.addEventListener("pointerdown", event => go(nearest(event)));
    ground.addEventListener("pointerleave", leave);
    ground.addEventListener("focus", () => { if (ground.matches(":focus-visible")) go(stop ?? start()); });
    ground.addEventListener("blur", leave);
    ground.addEventListener("keydown", event => {
      const now = stop ?? start(), leap = Math.max(1, Math.round(count() / 10));
      const to = {
        ArrowRight: now + 1, ArrowUp: now + 1, ArrowLeft: now - 1, ArrowDown: now - 1,
        PageUp: now + leap, PageDown: now - leap, Home: 0, End: count() - 1 }[event.key];
      if (event.key === "Escape") return leave();
      if (to === undefined) return;
      event.preventDefault();
      go(to);
    });

    return {
      lay() {
        const { left, right, top, bottom } = frame;
        for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) {
          ground.setAttribute(name, value);
        }
        line.setAttribute("y1", top);
        line.setAttribute("y2", bottom);
        ground.setAttribute("aria-valuemax", count() - 1);
        // A value that was read may have changed, or its place.
        if (stop === null || line.getAttribute("visibility") === "hidden") {
          stop = stop === null ? null : Math.min(stop, count() - 1);
          const { title, values } = describe(stop ?? start());
          ground.setAttribute("aria-valuenow", stop ?? start());
          ground.setAttribute("aria-valuetext", `${title}: ${values.map(v => `${v.name} ${v.text}`).join(", ")}`);
        } else {
          go(stop);
        }
        // A node that is put in again loses the focus.
        if (ground.parentNode !== frame.marks) frame.marks.append(line, ground);
      },
    };
  };
}
