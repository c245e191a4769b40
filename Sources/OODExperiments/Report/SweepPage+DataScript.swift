/// What is known, what is chosen, and small tools to make elements.
extension SweepPage {
  static let dataScript = #"""
    const byId = id => document.getElementById(id);
    const recordLines = byId("records").textContent.split("\n");
    const models = recordLines.map((line, index) => ({ index, ...JSON.parse(line) }));
    const settings = JSON.parse(byId("settings").textContent);
    const controls = models[0].controls;
    const grid = { step: models[0].curves.step, steps: models[0].curves.steps };
    const paperTheta = models[0].theta;

    // What the reader has chosen: θ = k · step; control is a number, "mean" or "min".
    const state = { k: nearestStep(paperTheta), control: "0", model: null, sort: { column: "delta", falls: true } };
    const theta = () => state.k * grid.step;
    function nearestStep(value) { return Math.max(0, Math.min(grid.steps, Math.round(value / grid.step))); }

    const isNumber = value => typeof value === "number" && isFinite(value);
    const fixed = (value, digits) => isNumber(value) ? value.toFixed(digits).replace("-", "−") : "–";
    const percent = value => isNumber(value) ? (100 * value).toFixed(1) + "%" : "–";
    const thetaText = value => fixed(value, grid.step % 1 === 0 ? 0 : String(grid.step).split(".")[1].length);

    // A model is called by L and b, and by whatever else tells it from the others.
    const settingNames = [
      ["layers", "L"], ["bottleneck", "b"], ["maps", "maps "], ["kernel", "kernel "], ["channel_sparsity", "ρ"],
      ["corruption", "p"], ["epochs", "epochs "], ["recipe", ""], ["seed", "seed "]];
    const differing = settingNames.filter(([key]) =>
      key === "layers" || key === "bottleneck" || models.some(m => m.configuration[key] !== models[0].configuration[key]));
    for (const model of models) {
      const c = model.configuration;
      model.seedText = (/-s(\d+)$/.exec(model.name) || [, String(c.seed)])[1];
      model.label = differing.filter(([key]) => key !== "epochs" && !(["channel_sparsity", "corruption"].includes(key) && c[key] === 0))
        .map(([key, short]) => short + (key === "seed" ? model.seedText : c[key])).join(" ") + (model.epochs_done === 0 ? " untrained" : "");
    }
    const labelCounts = new Map();
    for (const model of models) labelCounts.set(model.label, (labelCounts.get(model.label) || 0) + 1);
    for (const model of models) if (labelCounts.get(model.label) > 1) model.label = model.name;

    function make(name, attributes = {}, ...children) {
      const node = document.createElement(name);
      for (const key in attributes) node.setAttribute(key, attributes[key]);
      node.append(...children);
      return node;
    }
    function draw(name, attributes = {}, text) {
      const node = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const key in attributes) node.setAttribute(key, attributes[key]);
      if (text !== undefined) node.textContent = text;
      return node;
    }
    """#
}
