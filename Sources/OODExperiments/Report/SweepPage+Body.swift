/// The page's fixed parts. What depends on the data is filled in by the scripts.
extension SweepPage {
  static let body = #"""
    <header>
    <h1>What does each model keep, and what does it let through?</h1>
    <p>Every point is an autoencoder. An image counts as <b>reconstructed</b> when the model gives it back with an error
    below the threshold <b>θ</b> (the sum of absolute pixel differences). <b>IRR</b>, the in-class reconstruction rate, is
    the share of <span data-test-set>test images of its own domain</span> that are reconstructed: those that are not are
    <b>missing modes</b>. <b>ORR</b>, the out-of-class rate, is the same share of images of another kind, the control set:
    those are <b>spurious modes</b>, things the model can produce and never saw. <b>Δ = IRR − ORR</b>. A model that has
    learned its domain and nothing else has IRR 1 and ORR 0. Choose a point to see what its model misses and lets
    through.</p>
    </header>
    <section id="controls" aria-label="Threshold and control set">
    <div class="slider">
    <label for="theta">Threshold θ</label>
    <output id="theta-value" for="theta"></output>
    <span class="track"><input id="theta" type="range"><i id="theta-mark" aria-hidden="true"></i></span>
    <button type="button" id="theta-paper"></button>
    </div>
    <label class="choice">Control set <select id="control"></select></label>
    <p id="summary" role="status"></p>
    </section>
    <details id="filters" open><summary>Models shown: <span id="filter-count"></span></summary>
    <div id="filter-fields"></div></details>
    <main>
    <div class="plots">
    <figure><figcaption><h2>ORR over IRR</h2><span>To the right and down is better. Lines join equal Δ; the thin curve is
    the chosen model's path over all θ.</span></figcaption>
    <div class="plot"><svg id="rates" role="group" aria-label="ORR over IRR, a point a model"></svg></div>
    <div id="legend" class="legend"></div></figure>
    <figure><figcaption><h2>Δ over objectness</h2><span id="objectness-about">Objectness is high when a digit classifier is
    sure of each generated image and finds all classes among them. A model can look good by it and yet be full of
    spurious modes.</span></figcaption>
    <div class="plot"><svg id="objectness" role="group" aria-label="Delta over objectness, a point a model"></svg></div>
    <p id="objectness-note" class="note"></p></figure>
    <p class="note">By keyboard: Tab to a plot, arrow keys from point to point, Enter or Space to choose.</p>
    </div>
    <article id="panel" aria-labelledby="panel-title"></article>
    </main>
    <section aria-labelledby="table-title">
    <h2 id="table-title">All models</h2>
    <p class="downloads"><a id="download-records" download="models.jsonl" href="#">All data (models.jsonl)</a>
    <a id="download-table" download="models.csv" href="#">This table (CSV)</a></p>
    <div class="scroll" tabindex="0" role="region" aria-label="Table of models"><table>
    <thead><tr id="table-head"></tr></thead><tbody id="table-rows"></tbody></table></div>
    </section>
    <footer id="about"></footer>
    <div id="tip" aria-hidden="true" hidden></div>
    <noscript><p>This page draws its plots with a script that is inside it. Allow scripts to see them.</p></noscript>
    """#
}
