"use strict";
/** What the authors published, beside which a sweep of digits against HWRT's symbols can be seen. */

// IRR, and the least ORR of the authors' 180 runs that reach it, at θ = 50 (B. Kégl, M. Cherti and A. Kazakçı, 2018: their
// public runs).
const publishedTheta = 50;
const published = [[0.9645, 0.110], [0.9754, 0.141], [0.9841, 0.150], [0.9972, 0.289], [0.9999, 0.648]];
const measuresDigits = (settings?.test.name ?? "").startsWith("mnist:");

byId("published-note").textContent = "Crosses: the least ORR of the authors' 180 runs, at this θ, on symbols of HWRT drawn in their way: "
  + published.map(([irr, orr]) => `${fixed(orr, 3)} at IRR ${fixed(irr, 4)}`).join(", ") + ".";

// They say nothing of another θ, nor of another control set.
function publishedMarks() {
  const isTheirs = measuresDigits && theta() === publishedTheta && (controls[Number(state.control)] ?? "").startsWith("hwrt:");
  byId("published-note").hidden = !isTheirs;
  return isTheirs ? published : [];
}
