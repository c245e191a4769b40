/// The panel of the chosen model.
extension SweepPage {
  static let panelScript = #"""
    function list(entries) {
      const node = make("dl");
      for (const [name, value] of entries) if (value !== null) node.append(make("div", {}, make("dt", {}, name), make("dd", {}, value)));
      return node;
    }
    const interval = (estimate, text) => `95%: ${text(estimate.low)} to ${text(estimate.high)}`;
    function rateCards(model) {
      const e = estimates(model), r = rates(model), cards = make("div", { class: "rates" });
      const card = (kind, id, name, value, about) => cards.append(
        make("div", { class: kind }, make("small", {}, name), make("b", { id }, value), ...about.map(text => make("small", {}, text))));
      card("own", "panel-irr", "IRR", percent(r.irr), [interval(e.irr, percent), `${e.irr.successes} of ${e.irr.trials} images`]);
      card("other", "panel-orr", "ORR", percent(r.orr), e.orr
        ? [interval(e.orr, percent), `${e.orr.successes} of ${e.orr.trials} images`] : [`mean of ${controls.length} control sets`]);
      // The record has the interval of the minimum at the sweep's own θ.
      const least = state.control === "min" && controls.length > 1;
      const delta = least ? (theta() === model.theta ? model.delta_min : null) : e.delta;
      card("difference", "panel-delta", "Δ", fixed(r.delta, 3), [
        ...(delta ? [interval(delta, value => fixed(value, 3))] : []), least ? `smallest: ${controls[shownSet(model)]}` : "IRR − ORR"]);
      const top = best(model), button = make("button", { type: "button", id: "panel-best" }, `Best Δ ${fixed(top.delta, 3)} at θ = ${thetaText(top.k * grid.step)}`);
      button.addEventListener("click", () => { setStep(top.k); byId("panel-best").focus(); });
      return [cards, button];
    }
    function configuration(model) {
      const c = model.configuration;
      return list([
        ["layers L", String(c.layers)], ["bottleneck maps b", String(c.bottleneck)], ["other maps", String(c.maps)],
        ["kernel", `${c.kernel} × ${c.kernel}`], ["share of maps zeroed ρ", String(c.channel_sparsity)], ["pixels corrupted p", String(c.corruption)],
        ["recipe", c.recipe], ["epochs", model.epochs_done === 0 ? "0: untrained" : String(model.epochs_done)], ["seed", model.seedText],
        ["parameters", model.parameters.toLocaleString("en")], ["loss", isNumber(model.loss) ? model.loss.toPrecision(3) : "–"],
        ["time to train, measure", `${fixed(model.train_seconds, 0)} s, ${fixed(model.evaluate_seconds, 0)} s`]]);
    }
    function generatedMeasures(model) {
      const missing = model.missing_classes;
      return list([
        ["objectness", isNumber(model.objectness) ? fixed(model.objectness, 2) : "no classifier"],
        ["Fréchet distance", isNumber(model.frechet_distance) ? fixed(model.frechet_distance, 1) : "no classifier"],
        ["mean discrepancy, squared", isNumber(model.mean_discrepancy) ? fixed(model.mean_discrepancy, 4) : "no classifier"],
        ["classes never generated", missing ? (missing.length ? missing.join(", ") : "none") : "no classifier"],
        ["Parzen log-likelihood", `${fixed(model.parzen, 1)} nats`], ["unique images", percent(model.unique_share)],
        ["reached a fixed point", `${percent(model.converged.estimate)} (${model.converged.successes} of ${model.converged.trials})`]]);
    }
    // What is measured against each control set at any θ, or at the sweep's own.
    function controlMeasures(model) {
      const head = ["control set", "ORR", "Δ", "AUROC", "taken for the domain"].map(text => make("th", { scope: "col" }, text));
      const rows = controls.map((name, set) => {
        const own = inRate(model, state.k), other = outRate(model, set, state.k), like = model.look_like_domain[set];
        return make("tr", {}, make("th", { scope: "row" }, name), ...[
          percent(other.estimate), fixed(difference(own, [other]).estimate, 3), fixed(model.auroc[set], 3), isNumber(like) ? percent(like) : "–"
        ].map(text => make("td", {}, text)));
      });
      const table = make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
      const about = `“Taken for the domain”: the share of reconstructed images, at θ = ${thetaText(paperTheta)}, that the classifier of symbols takes for the domain.`;
      return [make("div", { class: "scroll", tabindex: 0, role: "region", "aria-label": "Measures by control set" }, table), make("p", { class: "note" }, about)];
    }
    function updatePanel() {
      const panel = byId("panel"), model = state.model;
      if (!model) {
        return panel.replaceChildren(make("h2", { id: "panel-title" }, "No model chosen"), make("p", {}, "Choose a point or a row to see its images and figures."));
      }
      const nodes = [make("h2", { id: "panel-title" }, model.label)];
      nodes.push(make("p", { class: "note" }, `At θ = ${thetaText(theta())}, against ${controlText()}`
        + (isShown(model) ? "." : ". The filters hide this model's points.")));
      nodes.push(...rateCards(model));
      if (imagesFor(model)) nodes.push(...missingImages(model), ...spuriousImages(model), ...generatedImages());
      else nodes.push(make("p", { id: "no-images" }, `There are no images of this model: its file ${model.panel} was not beside the records.`));
      nodes.push(make("h3", {}, "Its generated images, measured"), generatedMeasures(model));
      nodes.push(make("div", { class: "columns" }, rateCurves(model), recallBars(model)));
      nodes.push(make("h3", {}, "Against each control set"), ...controlMeasures(model));
      nodes.push(make("h3", {}, "Configuration"), configuration(model), make("p", { class: "note" }, `Model file: ${model.model}`));
      panel.replaceChildren(...nodes);
    }
    """#
}
