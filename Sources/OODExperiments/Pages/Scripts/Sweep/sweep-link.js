"use strict";
/** The link that leads back to what is seen: #model=NAME&theta=30&control=mean. */

function openLink() {
  const link = new URLSearchParams(location.hash.slice(1));
  const value = link.get("theta") === null ? NaN : Number(link.get("theta"));
  if (isFinite(value)) setStep(nearestStep(value));
  if (link.has("control")) setControl(link.get("control"));
  const linked = models.find(model => model.name === link.get("model"));
  if (linked) choose(linked);
}
let linkTimer = null;
// Browsers allow few changes of the address a second, and the slider moves often.
function keepLink() {
  clearTimeout(linkTimer);
  linkTimer = setTimeout(() => {
    const link = new URLSearchParams({ theta: String(theta()), control: state.control });
    if (state.model) link.set("model", state.model.name);
    try { history.replaceState(null, "", "#" + link); } catch { /* Some browsers refuse this to files. */ }
  }, 300);
}
