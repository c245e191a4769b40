/// Downloads, and the link that leads back to what is seen.
extension SweepPage {
  static let downloadScript = #"""
    const quoted = text => /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
    // All numbers in full: the models and the order of the table, at the chosen θ, against every control set.
    function tableText() {
      const head = [
        "name", "layers", "bottleneck", "maps", "kernel", "channel_sparsity", "corruption", "epochs", "seed", "recipe", "parameters", "theta", "irr",
        ...controls.flatMap(name => [`orr ${name}`, `delta ${name}`]), "objectness", "frechet_distance", "parzen", "unique_share", "converged"];
      const lines = sortedModels().map(model => {
        const c = model.configuration, own = inRate(model, state.k);
        const sets = controls.flatMap((_, set) => { const other = outRate(model, set, state.k); return [other.estimate, difference(own, [other]).estimate]; });
        return [
          model.name, c.layers, c.bottleneck, c.maps, c.kernel, c.channel_sparsity, c.corruption, model.epochs_done, model.seedText, c.recipe,
          model.parameters, theta(), own.estimate, ...sets, model.objectness, model.frechet_distance, model.parzen, model.unique_share, model.converged.estimate];
      });
      return [head, ...lines].map(line => line.map(value => quoted(String(value ?? ""))).join(",")).join("\n") + "\n";
    }
    const fileAddress = (text, type) => URL.createObjectURL(new Blob([text], { type }));
    function makeDownloads() {
      byId("download-records").href = fileAddress(recordLines.join("\n") + "\n", "application/jsonl");
      const link = byId("download-table");
      link.addEventListener("click", () => {
        if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
        link.href = fileAddress(tableText(), "text/csv");
      });
    }
    function updateDownloads() { byId("download-table").title = `${models.filter(isShown).length} models at θ = ${thetaText(theta())}`; }

    // Links: #model=NAME&theta=30&control=mean.
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
    """#
}
