import Foundation
import OODExperiments
import Testing

/// The charts on data of their own, drawn by Chromium: what they draw, and what pointer and keyboard do.
@Suite(
  "Charts in Chromium", .serialized,
  .enabled(if: PageBrowser.path != nil, Comment(rawValue: PageBrowser.missing)))
struct ChartDrawingTests {
  /// Runs a script on a page that has the charts and an empty element `place`, 600 pixels wide.
  private func run(_ script: String) throws -> [String: Any] {
    let said = try PageBrowser.run(
      LikelihoodPageFixture().page.html,
      """
      document.querySelector("main").remove();
      const place = document.body.appendChild(charts.element("div", { style: "width: 600px" }));
      const all = (selector, root = place) => [...root.querySelectorAll(selector)];
      const press = (node, key) => node.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
      const number = (node, name) => Number(node.getAttribute(name));
      const tip = () => { const node = document.getElementById("tip"); return node && !node.hidden ? node.textContent : null; };
      const hostile = "</svg><b onclick=alert(1)>&amp;</b>";
      \(script)
      """)
    #expect(said["errors"] as? [String] == [])
    return said
  }

  @Test("Scatter: places, what is not known or not shown, and points that come, move and go")
  func scatter() throws {
    let said = try run(
      """
      const chosen = [];
      const point = (id, x, y, more) => ({ id, x, y, label: id === "a" ? hostile : id, text: "text of " + id, ...more });
      const chart = charts.scatter(place, {
        label: "points", x: { title: "across", range: [0, 10] }, y: { title: "up", range: [-1, 1] }, lines: [{ from: [0, 0], to: [10, 0], text: "zero" }],
        targets: [{ at: [10, 1], text: "best" }], marks: [[5, 0]], ranges: [{ from: [1, 0], to: [3, 0] }], path: [[0, 0], [5, 1]],
        points: [point("a", 2, 0.5), point("b", 4, null), point("c", 6, 0, { isShown: false }), point("d", 8, -1, { radius: 9, colour: 3, isChosen: true })],
      }, { onChoose: p => chosen.push(p.id) });
      const frame = place.querySelector(".plot-frame");
      const share = node => [(number(node, "cx") - number(frame, "x")) / number(frame, "width"), 1 - (number(node, "cy") - number(frame, "y")) / number(frame, "height")];
      const state = () => all(".point").filter(p => p.style.display !== "none").map(p => [p.id, ...share(p).map(s => Math.round(1000 * s))].join(" ")).sort();
      said.first = state();
      said.label = document.getElementById("a").getAttribute("aria-label");
      said.bold = all("b").length;
      said.style = ["fill", "r", "aria-pressed"].map(name => document.getElementById("d").getAttribute(name));
      said.stop = all("[tabindex='0']").map(p => p.id);
      document.getElementById("a").focus();
      said.tip = tip();
      chart.update({ points: [point("d", 1, 1), point("a", 5, 0), point("e", 9, 0.5)] });
      said.second = state();
      chart.update({ points: [point("d", 2, 1), point("a", 6, 0), point("e", 9, 0.5)] });
      said.focus = document.activeElement.id;
      press(document.activeElement, "ArrowRight");
      said.right = document.activeElement.id;
      press(document.activeElement, "ArrowRight");
      said.end = document.activeElement.id;
      press(document.activeElement, " ");
      press(document.activeElement, "ArrowUp");
      said.up = document.activeElement.id;
      press(document.activeElement, "Enter");
      document.getElementById("a").dispatchEvent(new MouseEvent("click", { bubbles: true }));
      said.chosen = chosen;
      document.activeElement.blur();
      said.after = tip();
      said.names = all("text").map(t => t.textContent);
      said.marks = all(".mark").length;
      chart.update({ marks: [] });
      said.unmarked = all(".mark").length;
      """)
    #expect(said["marks"] as? Int == 1 && said["unmarked"] as? Int == 0)
    #expect(said["first"] as? [String] == ["a 200 750", "d 800 0"])
    #expect(said["label"] as? String == "</svg><b onclick=alert(1)>&amp;</b>: text of a")
    #expect(said["bold"] as? Int == 0, "A label is text and no markup.")
    #expect(said["style"] as? [String] == ["var(--c3)", "9", "true"])
    #expect(said["stop"] as? [String] == ["d"], "One stop of Tab, at the chosen point.")
    #expect(said["tip"] as? String == "</svg><b onclick=alert(1)>&amp;</b>text of a")
    #expect(said["second"] as? [String] == ["a 500 500", "d 100 1000", "e 900 750"])
    #expect(said["focus"] as? String == "a", "A point that moves keeps the focus.")
    #expect(said["right"] as? String == "e" && said["end"] as? String == "e" && said["up"] as? String == "d")
    #expect(said["chosen"] as? [String] == ["e", "d", "a"])
    #expect(said["after"] is NSNull)
    let names = said["names"] as? [String] ?? []
    for name in ["across", "up", "zero", "best", "−1", "10"] { #expect(names.contains(name), "\(names)") }
  }

  @Test("Histogram: heights are shares of each set, and arrow keys and pointer read bins")
  func histogram() throws {
    let said = try run(
      """
      const chart = charts.histogram(place, { label: "two sets", x: { title: "nats" }, low: -10, high: 30, sets: [
        { name: hostile, counts: [1, 3, 0, 4], below: 2, above: 0 }, { name: "other", counts: [0, 0, 5, 0], colour: "var(--bad)" }] });
      const shares = () => all("polygon").map(polygon => {
        const points = polygon.getAttribute("points").split(" ").map(pair => pair.split(",").map(Number)), floor = points[0][1];
        return points.slice(1, -1).filter((_, i) => i % 2 === 0).map(([, y]) => floor - y);
      });
      // The largest share is 1, of the second set.
      const [own, other] = shares(), largest = Math.max(...other);
      said.own = own.map(height => Math.round(1000 * height / largest));
      said.other = other.map(height => Math.round(1000 * height / largest));
      const reader = place.querySelector("[role=slider]");
      const value = () => [number(reader, "aria-valuenow"), reader.getAttribute("aria-valuetext")].join(" ");
      said.range = ["aria-valuemin", "aria-valuemax", "tabindex"].map(name => reader.getAttribute(name));
      said.start = value();
      said.steps = ["Home", "ArrowRight", "ArrowRight", "End", "ArrowRight", "ArrowLeft"].map(key => { press(reader, key); return value(); });
      said.tip = tip();
      const box = reader.getBoundingClientRect();
      reader.dispatchEvent(new PointerEvent("pointermove", { clientX: box.left + 1, clientY: box.top + 5, bubbles: true }));
      said.pointed = value();
      reader.dispatchEvent(new PointerEvent("pointerleave"));
      said.left = tip();
      chart.update({ values: [[1, 2, 3, 4], [2, 2]], bins: 3 });
      said.values = [value(), all("polygon").length];
      """)
    #expect(said["own"] as? [Double] == [100, 300, 0, 400])
    #expect(said["other"] as? [Double] == [0, 0, 1000, 0])
    #expect(said["range"] as? [String] == ["0", "3", "0"])
    let name = "</svg><b onclick=alert(1)>&amp;</b>"
    func bin(_ number: Int, _ ends: String, _ own: String, _ other: String) -> String {
      "\(number) \(ends): \(name) \(own), other \(other)"
    }
    let bins = [
      bin(0, "−10 to 0", "10.0%", "0.0%"), bin(1, "0 to 10", "30.0%", "0.0%"),
      bin(2, "10 to 20", "0.0%", "100.0%"), bin(3, "20 to 30", "40.0%", "0.0%"),
    ]
    #expect(said["start"] as? String == bins[3], "Where most of the first set is.")
    #expect(said["steps"] as? [String] == [0, 1, 2, 3, 3, 2].map { bins[$0] })
    #expect(said["tip"] as? String == "10 to 20\(name) 0.0%other 100.0%")
    #expect(said["pointed"] as? String == bins[0])
    #expect(said["left"] is NSNull)
    let values = try #require(said["values"] as? [Any])
    #expect((values[0] as? String)?.hasSuffix("\(name) 25.0%, other 0.0%") == true, "\(values)")
    #expect(values[1] as? Int == 2)
  }

  @Test("Curves: gaps, names apart from one another, the present place, and reading")
  func curves() throws {
    let said = try run(
      """
      const data = { label: "losses", x: { title: "epoch", range: [0, 4] }, y: { title: "loss", range: [0, 10] }, digits: 1, xName: "epoch", diagonal: true,
        series: [{ name: "training", points: [[0, 10], [1, 6], [2, null], [3, 5], [4, 5]] }, { name: "held out", points: [[0, 9], [2, 8], [4, 5.1]], colour: 4 },
          { name: hostile, points: [[0, 1], [4, 4.9]] }],
        uprights: [{ x: 2, kind: "dotted" }, { x: 3, kind: "now" }] };
      const chart = charts.curves(place, data);
      said.moves = all("path.line").map(path => path.getAttribute("d").split("M").length - 1);
      said.ends = all(".line-name").map(name => number(name, "y")).sort((a, b) => a - b);
      said.colours = all(".line-name").map(name => name.style.fill);
      said.rings = all(".ring").length;
      said.uprights = all(".upright").map(line => line.getAttribute("class"));
      const reader = place.querySelector("[role=slider]"), value = () => reader.getAttribute("aria-valuetext");
      said.start = value();
      said.steps = ["ArrowLeft", "ArrowLeft", "Home", "End"].map(key => { press(reader, key); return value(); });
      reader.focus();
      chart.update({ ...data, uprights: [{ x: 0, kind: "now" }] });
      said.focus = document.activeElement === reader;
      said.now = all(".ring").length;
      said.bold = all("b").length;
      said.guides = all(".guide").length;
      """)
    #expect(said["moves"] as? [Int] == [2, 1, 1])
    let ends = try #require(said["ends"] as? [Double])
    #expect(ends.count == 3 && ends[1] - ends[0] >= 13.99 && ends[2] - ends[1] >= 13.99, "\(ends)")
    #expect(Set(said["colours"] as? [String] ?? []) == ["var(--c0)", "var(--c4)", "var(--c2)"])
    #expect(said["rings"] as? Int == 1, "Only the first line has a value there.")
    #expect(said["uprights"] as? [String] == ["upright dotted", "upright now"])
    let name = "</svg><b onclick=alert(1)>&amp;</b>"
    #expect(said["start"] as? String == "epoch 3: training 5.0, held out –, \(name) –")
    #expect(
      said["steps"] as? [String] == [
        "epoch 2: training –, held out 8.0, \(name) –", "epoch 1: training 6.0, held out –, \(name) –",
        "epoch 0: training 10.0, held out 9.0, \(name) 1.0",
        "epoch 4: training 5.0, held out 5.1, \(name) 4.9",
      ])
    #expect(said["focus"] as? Bool == true && said["now"] as? Int == 3)
    #expect(said["bold"] as? Int == 0 && said["guides"] as? Int == 1)
  }

  @Test("Table: order, ties, what is not known, bars, and choosing")
  func table() throws {
    let said = try run(
      """
      const chosen = [];
      const row = (id, name, value, share) => ({ id, cells: { name, value, share } });
      const data = { id: "t", label: "a table", columns: [{ key: "name", title: "name", as: "text" }, { key: "value", title: "value", digits: 1 },
        { key: "share", title: "share", as: "bar", chance: 0.5 }],
        groups: [{ title: "", span: 1 }, { title: "both", span: 2 }],
        rows: [row("r0", "m10", 2, 0.25), row("r1", hostile, null, { value: 0.5, low: 0.4, high: 0.7, about: "so" }), row("r2", "m9", 2, null), row("r3", "m9b", -0.04, 1)] };
      const table = charts.table(place, data, { onChoose: r => chosen.push(r.id) });
      const rows = () => all("#t-rows tr").map(r => r.id).join(" ");
      const sort = key => { document.getElementById("t-sort-" + key).click(); return rows(); };
      said.given = rows();
      said.sorted = [sort("value"), sort("value"), sort("name"), sort("name"), sort("share")];
      said.order = table.order();
      said.text = all("#r3 > *").map(cell => cell.textContent);
      said.unknown = all("#r1 > *").map(cell => cell.textContent);
      said.bar = [place.querySelector("#r1 .bar-fill").style.width, place.querySelector("#r1 .bar-interval").style.left,
        place.querySelector("#r1 .bar-interval").style.width, place.querySelector("#r1 td.bar").title, place.querySelector("#r1 .bar-chance").style.left];
      said.bold = all("b").length;
      said.aria = all("th[aria-sort]").map(th => th.textContent + th.getAttribute("aria-sort"));
      said.groups = all("th.group").map(th => th.colSpan);
      place.querySelector("#r2 button").focus();
      table.update({ rows: [row("r2", "m9", 5, null), row("r0", "m10", 7, 0.125)], chosen: "r0" });
      said.updated = [rows(), place.querySelector("#r0 td").textContent, place.querySelector("#r0").className, document.activeElement.textContent];
      place.querySelector("#r2 button").click();
      place.querySelector("#r0 td").click();
      said.chosen = chosen;
      said.region = all("[role=region]").map(r => [r.getAttribute("aria-label"), r.tabIndex].join(" "));
      """)
    #expect(said["given"] as? String == "r0 r1 r2 r3")
    #expect(
      said["sorted"] as? [String] == [
        "r0 r2 r3 r1", "r3 r0 r2 r1", "r1 r2 r3 r0", "r0 r3 r2 r1", "r3 r1 r0 r2",
      ], "Ties keep their order; what is not known is last; names go by their numbers.")
    #expect(said["order"] as? [String] == ["r3", "r1", "r0", "r2"])
    #expect(said["text"] as? [String] == ["m9b", "0.0", "100.0%"])
    #expect(said["unknown"] as? [String] == ["</svg><b onclick=alert(1)>&amp;</b>", "–", "50.0%"])
    let bar = said["bar"] as? [String] ?? []
    #expect(bar.count == 5 && bar[0] == "50%" && bar[1] == "40%" && bar[2].hasPrefix("30") && bar[3] == "so")
    #expect(bar.last == "50%" && said["bold"] as? Int == 0)
    #expect(said["aria"] as? [String] == ["share ▾descending"])
    #expect(said["groups"] as? [Int] == [1, 2])
    #expect(
      said["updated"] as? [String] == ["r0 r2", "7.0", "choosable chosen", "m9"], "The row keeps the focus.")
    #expect(said["chosen"] as? [String] == ["r2", "r0"])
    #expect(said["region"] as? [String] == ["a table 0"])
  }

  @Test("Images are cut from their strip; legends name colours and sizes")
  func images() throws {
    let said = try run(
      """
      // A strip of three images of 4 × 2 pixels: black, grey, white.
      const canvas = charts.element("canvas", { width: 12, height: 2 }), pen = canvas.getContext("2d");
      ["#000", "#808080", "#fff"].forEach((colour, i) => { pen.fillStyle = colour; pen.fillRect(4 * i, 0, 4, 2); });
      const strip = { count: 3, png: canvas.toDataURL("image/png").split(",")[1] };
      const options = { width: 4, height: 2, size: 41, label: "three" };
      place.append(charts.imageRow(strip, options), charts.imagePairs(strip, strip, { ...options, indices: [2, 0], captions: ["a", "b", "c"] }),
        charts.imageSequence([{ text: "0", strip }, { text: "5", strip }], { ...options, label: "way" }));
      const tiles = all(".images")[0].querySelectorAll(".tile");
      said.tiles = [...tiles].map(tile => [tile.style.width, tile.style.height, tile.style.backgroundPosition, tile.style.backgroundSize].join(" "));
      said.pairs = all(".pair").map(pair => pair.textContent + " " + [...pair.querySelectorAll(".tile")].map(tile => tile.style.backgroundPosition).join(" "));
      said.labels = all("[role=img]").map(node => node.getAttribute("aria-label"));
      const source = /url\\("(.*)"\\)/.exec(tiles[0].style.backgroundImage)[1];
      const image = new Image();
      image.src = source;
      await image.decode();
      said.size = [image.naturalWidth, image.naturalHeight];
      charts.releaseStrips([strip]);
      said.released = await fetch(source).then(() => "still there", () => "gone");
      charts.legend(place, [{ title: "Colour", items: [{ text: hostile, colour: 2 }] }, { title: "Size", items: [{ text: 8, radius: 5 }] }]);
      said.legend = [place.textContent, all("rect").length, all("circle").map(c => number(c, "r")).join(), all("b").length].join("|");
      """)
    #expect(
      said["tiles"] as? [String] == [
        "40px 20px 0px 0px 120px 20px", "40px 20px -40px 0px 120px 20px", "40px 20px -80px 0px 120px 20px",
      ])
    #expect(said["pairs"] as? [String] == ["c -80px 0px -80px 0px", "a 0px 0px 0px 0px"])
    #expect(said["labels"] as? [String] == ["three", "three", "way"])
    #expect(said["size"] as? [Int] == [12, 2])
    #expect(said["released"] as? String == "gone")
    #expect(said["legend"] as? String == "Colour</svg><b onclick=alert(1)>&amp;</b>Size8|1|5|0")
  }

  @Test(
    "A chart is drawn anew when its element's width changes, and at any width its text is whole and readable")
  func widths() throws {
    let said = try run(
      """
      const drawnAnew = async width => {
        for (let i = 0; i < 20 && Number(place.querySelector("svg").getAttribute("viewBox").split(" ")[2]) !== width; i++) {
          await new Promise(done => setTimeout(done, 50));
        }
      };
      charts.curves(place, { label: "wide", x: { title: "an axis with a rather long title that has to go over lines where there is little room", range: [0, 12000] },
        y: { title: "an axis with a rather long title that has to go over lines where there is little room", range: [-12000, 12000] },
        series: [{ name: "a line", points: [[0, 0], [12000, 12000]] }] });
      said.views = [];
      for (const width of [600, 1000, 420, 280, 200]) {
        place.style.width = width + "px";
        await drawnAnew(width);
        const svg = place.querySelector("svg"), box = svg.getBoundingClientRect();
        const texts = all("text").map(text => text.getBoundingClientRect());
        const overlaps = texts.flatMap((a, i) => texts.slice(i + 1).filter(b => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 4 && b.top < a.bottom - 4));
        said.views.push({ width, drawn: box.width, scale: box.width / Number(svg.getAttribute("viewBox").split(" ")[2]), overlaps: overlaps.length,
          outside: texts.filter(t => t.left < box.left - 1 || t.right > box.right + 1 || t.top < box.top - 1 || t.bottom > box.bottom + 1).length });
      }
      """)
    let views = try #require(said["views"] as? [[String: Double]])
    #expect(views.count == 5)
    for view in views {
      #expect(view["drawn"] == view["width"], "\(view)")
      #expect(abs((view["scale"] ?? 0) - 1) < 0.01, "Text keeps its size: \(view)")
      #expect(view["outside"] == 0 && view["overlaps"] == 0, "\(view)")
    }
  }
}
