import Foundation
import OODExperiments
import Testing

/// The page in a browser: real events go in, and what the page then says is held against the records' counts.
@Suite(
  "Sweep page in Chromium", .serialized,
  .enabled(if: PageBrowser.path != nil, Comment(rawValue: PageBrowser.missing)))
struct SweepPageBrowserTests {
  /// What the page says at one moment.
  struct View {
    let said: [String: Any]
    func text(_ key: String) -> String { said[key] as? String ?? "nothing at \(key)" }
    func number(_ key: String) -> Double { said[key] as? Double ?? .nan }
    func list(_ key: String) -> [String] { said[key] as? [String] ?? [] }
    /// Places in the frame of the plot of rates.
    private var frame: [Double] { said["frame"] as? [Double] ?? [.nan, .nan, .nan, .nan] }
    func x(_ share: Double) -> Double { frame[0] + share * frame[2] }
    func y(_ share: Double) -> Double { frame[1] + (1 - share) * frame[3] }
  }

  /// Notes, under a name, what a reader sees.
  private static let note = """
    const text = id => document.getElementById(id)?.textContent ?? null;
    const attribute = (id, name) => document.getElementById(id)?.getAttribute(name) ?? null;
    const note = name => said[name] = {
      theta: text("theta-value"), summary: text("summary"), title: text("panel-title"), irr: text("panel-irr"),
      orr: text("panel-orr"), delta: text("panel-delta"), missing: text("missing-note"), spurious: text("spurious-note"),
      noImages: text("no-images"), count: text("filter-count"), focus: document.activeElement.id,
      images: [...document.querySelectorAll("#panel .images[role=img]")].map(row => row.getAttribute("aria-label")),
      shown: [...document.querySelectorAll("#rates .point")].filter(p => p.style.display !== "none").map(p => p.id).sort(),
      drawn: [...document.querySelectorAll("#objectness .point")].map(p => p.id).sort(),
      rows: [...document.querySelectorAll("#models-rows tr")].map(row => row.id),
      sorted: [...document.querySelectorAll("th[aria-sort]")].map(h => h.textContent + h.getAttribute("aria-sort")),
      x: Number(attribute("model-3", "cx")), y: Number(attribute("model-3", "cy")), pressed: attribute("model-3", "aria-pressed"),
      objectY: Number(attribute("object-3", "cy")),
      frame: ["x", "y", "width", "height"].map(side => Number(document.querySelector("#rates .plot-frame").getAttribute(side))) };
    const el = id => document.getElementById(id);
    const slide = value => { el("theta").value = value; el("theta").dispatchEvent(new Event("input", { bubbles: true })); };
    const press = (id, key) => el(id).dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    const click = id => el(id).dispatchEvent(new MouseEvent("click", { bubbles: true }));
    const select = value => { el("control").value = value; el("control").dispatchEvent(new Event("change", { bubbles: true })); };
    """

  private func open(
    _ fixture: SweepPageFixture, link: String = "", _ script: String
  ) throws -> (page: SweepPage, view: (String) -> View, said: [String: Any]) {
    let page = try SweepPage(directory: fixture.directory)
    let said = try PageBrowser.run(page.html, in: .init(link: link), Self.note + "\n" + script)
    #expect(said["errors"] as? [String] == [], "The page's script failed.")
    return (page, { View(said: said[$0] as? [String: Any] ?? [:]) }, said)
  }

  // MARK: The same figures from the records

  private func irr(_ record: SweepRecord, _ theta: Double) -> Double {
    Double(record.curves.inClass[Int(theta / record.curves.step)]) / Double(record.irr.trials)
  }
  private func orr(_ record: SweepRecord, _ set: Int, _ theta: Double) -> Double {
    Double(record.curves.controls[set][Int(theta / record.curves.step)]) / Double(record.orr[set].trials)
  }
  private func fixed(_ value: Double, _ digits: Int) -> String {
    String(format: "%.\(digits)f", value).replacing("-", with: "−")
  }
  private func percent(_ share: Double) -> String { fixed(100 * share, 1) + "%" }

  private func expect(
    _ view: View, shows record: SweepRecord, set: Int, theta: Double,
    at location: SourceLocation = #_sourceLocation
  ) {
    let (own, other) = (irr(record, theta), orr(record, set, theta))
    #expect(view.text("theta") == fixed(theta, 1), sourceLocation: location)
    #expect(view.text("irr") == percent(own), sourceLocation: location)
    #expect(view.text("orr") == percent(other), sourceLocation: location)
    #expect(view.text("delta") == fixed(own - other, 3), sourceLocation: location)
  }

  @Test("A click opens a model, and the slider moves every point and its images")
  func clickAndSlider() throws {
    let fixture = try SweepPageFixture()
    defer { fixture.remove() }
    let (page, view, _) = try open(
      fixture,
      """
      note("start"); click("model-3"); note("clicked"); slide(30); note("moved"); click("theta-paper"); note("back");
      click("panel-best"); note("best"); select("1"); note("second"); click("object-5"); note("other plot");
      """)
    let record = page.records[3]
    let best = page.records.max { irr($0, 50) - orr($0, 0, 50) < irr($1, 50) - orr($1, 0, 50) }!
    expect(view("start"), shows: best, set: 0, theta: 50)
    #expect(view("start").text("summary").contains("best Δ \(fixed(irr(best, 50) - orr(best, 0, 50), 3))"))
    #expect(view("start").text("pressed") == "false")

    expect(view("clicked"), shows: record, set: 0, theta: 50)
    #expect(view("clicked").text("title") == "L2 b8")
    #expect(view("clicked").text("pressed") == "true")
    #expect(abs(view("clicked").number("x") - view("clicked").x(irr(record, 50))) < 0.01)
    #expect(abs(view("clicked").number("y") - view("clicked").y(orr(record, 0, 50))) < 0.01)

    expect(view("moved"), shows: record, set: 0, theta: 30)
    #expect(abs(view("moved").number("x") - view("moved").x(irr(record, 30))) < 0.01)
    #expect(abs(view("moved").number("y") - view("moved").y(orr(record, 0, 30))) < 0.01)
    #expect(view("moved").number("objectY") != view("clicked").number("objectY"))

    // Candidates have the errors 5, 15, 25, ...: which are missing and which spurious follows θ.
    for (name, theta) in [("clicked", 50.0), ("moved", 30.0)] {
      let missing = SweepPageFixture.candidates(12).count { $0 >= theta }
      let spurious = SweepPageFixture.candidates(10).count { $0 < theta }
      let labels = view(name).list("images")
      #expect(labels.first == "\(missing) missing images and their reconstructions")
      #expect(labels.dropFirst().first == "\(spurious) spurious images and their reconstructions")
      let lost = record.irr.trials - record.curves.inClass[Int(theta / 0.5)]
      #expect(
        view(name).text("missing").hasPrefix(
          "\(lost) of 200 test images are missing at θ = \(fixed(theta, 1))"))
      let passed = record.curves.controls[0][Int(theta / 0.5)]
      #expect(view(name).text("spurious").hasPrefix("\(passed) of 100 images of symbols"))
    }
    expect(view("back"), shows: record, set: 0, theta: 50)

    let gaps = (0...400).map { irr(record, Double($0) * 0.5) - orr(record, 0, Double($0) * 0.5) }
    let top = gaps.firstIndex(of: gaps.max()!)!
    expect(view("best"), shows: record, set: 0, theta: Double(top) * 0.5)
    expect(view("second"), shows: record, set: 1, theta: Double(top) * 0.5)
    #expect(view("second").text("spurious").contains(SweepPageFixture.hostileName))
    expect(view("other plot"), shows: page.records[5], set: 1, theta: Double(top) * 0.5)
  }

  @Test("Mean and minimum over control sets")
  func meanAndMinimum() throws {
    let fixture = try SweepPageFixture()
    defer { fixture.remove() }
    let (page, view, _) = try open(
      fixture, #"click("model-3"); select("mean"); note("mean"); select("min"); note("minimum");"#)
    let record = page.records[3]
    let rates = [orr(record, 0, 50), orr(record, 1, 50)]
    let mean = (rates[0] + rates[1]) / 2
    #expect(view("mean").text("orr") == percent(mean))
    #expect(view("mean").text("delta") == fixed(irr(record, 50) - mean, 3))
    #expect(view("minimum").text("orr") == percent(rates.max()!))
    #expect(view("minimum").text("delta") == fixed(irr(record, 50) - rates.max()!, 3))
  }

  @Test("By keyboard: arrows go from point to point, Enter and Space choose")
  func keyboard() throws {
    let fixture = try SweepPageFixture()
    defer { fixture.remove() }
    let (page, view, said) = try open(
      fixture,
      """
      const reachable = () => [...document.querySelectorAll("#rates [tabindex='0']")].map(node => node.id);
      said.first = reachable();
      el(said.first[0]).focus(); press(document.activeElement.id, "Home"); note("home"); said.second = reachable();
      press(document.activeElement.id, "ArrowRight"); note("right"); press(document.activeElement.id, "Enter"); note("enter");
      press(document.activeElement.id, "End"); press(document.activeElement.id, " "); note("end");
      press(document.activeElement.id, "ArrowDown"); note("down");
      """)
    let byIRR = page.records.indices.sorted {
      let (a, b) = (page.records[$0], page.records[$1])
      return (irr(a, 50), orr(a, 0, 50), $0) < (irr(b, 50), orr(b, 0, 50), $1)
    }
    #expect((said["first"] as? [String])?.count == 1, "One stop of Tab a plot.")
    #expect(view("home").text("focus") == "model-\(byIRR[0])")
    #expect(said["second"] as? [String] == ["model-\(byIRR[0])"])
    #expect(view("right").text("focus") == "model-\(byIRR[1])")
    expect(view("enter"), shows: page.records[byIRR[1]], set: 0, theta: 50)
    let last = byIRR[byIRR.count - 1]
    #expect(view("end").text("focus") == "model-\(last)")
    expect(view("end"), shows: page.records[last], set: 0, theta: 50)
    let byORR = page.records.indices.sorted {
      let (a, b) = (page.records[$0], page.records[$1])
      return (orr(a, 0, 50), irr(a, 50), $0) < (orr(b, 0, 50), irr(b, 50), $1)
    }
    let below = byORR[max(0, byORR.firstIndex(of: last)! - 1)]
    #expect(view("down").text("focus") == "model-\(below)")
  }

  @Test("Filters hide points and rows; the table sorts")
  func filtersAndTable() throws {
    let fixture = try SweepPageFixture()
    defer { fixture.remove() }
    let (page, view, said) = try open(
      fixture,
      """
      note("start"); el("filter-layers-1").click(); note("two layers"); el("filter-corruption-0.1").click(); note("clean");
      el("models-sort-irr").click(); note("falling"); el("models-sort-irr").click(); note("rising"); said.csv = tableText();
      el("filter-layers-2").click(); note("none"); el("filter-all").click(); el("models-sort-objectness").click(); note("all");
      el("row-4").querySelector("button").click(); note("row");
      said.records = await (await fetch(el("download-records").href)).text();
      """)
    let records = page.records
    func points(_ chosen: [Int]) -> [String] { chosen.map { "model-\($0)" } }
    func rows(_ chosen: [Int]) -> [String] { chosen.map { "row-\($0)" } }
    let two = records.indices.filter { records[$0].configuration.layers != 1 }
    let clean = two.filter { records[$0].configuration.corruption == 0 }
    #expect(view("start").list("shown") == points(Array(records.indices)))
    #expect(view("start").list("sorted") == ["Δ ▾descending"])
    let byDelta = records.indices.sorted {
      let (a, b) = (
        irr(records[$0], 50) - orr(records[$0], 0, 50), irr(records[$1], 50) - orr(records[$1], 0, 50)
      )
      return (-a, $0) < (-b, $1)
    }
    #expect(view("start").list("rows") == rows(byDelta))
    #expect(view("two layers").list("shown") == points(two))
    #expect(view("two layers").text("count") == "\(two.count) of \(records.count)")
    #expect(view("clean").list("shown") == points(clean))
    let falling = clean.sorted { (-irr(records[$0], 50), $0) < (-irr(records[$1], 50), $1) }
    let rising = clean.sorted { (irr(records[$0], 50), $0) < (irr(records[$1], 50), $1) }
    #expect(view("falling").list("rows") == rows(falling))
    #expect(view("rising").list("rows") == rows(rising))
    #expect(view("rising").list("sorted") == ["IRR ▴ascending"])

    let lines = (said["csv"] as? String ?? "").split(separator: "\n").map(String.init)
    #expect(lines.count == 1 + clean.count)
    #expect(
      lines.first?.contains("\"orr \(SweepPageFixture.hostileName.replacing("\"", with: "\"\""))\"") == true)
    for (line, index) in zip(lines.dropFirst(), rising) {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      #expect(cells[0] == records[index].name && cells[9] == "\(UInt64.max)")
      #expect(Double(cells[12]) == 50 && Double(cells[13]) == irr(records[index], 50))
      #expect(Double(cells[14]) == orr(records[index], 0, 50))
    }

    #expect(view("none").list("shown") == [] && view("none").list("rows") == [])
    #expect(view("none").text("summary") == "No model passes the filters.")
    #expect(view("all").list("shown") == points(Array(records.indices)))
    let judged = records.indices.filter { records[$0].objectness != nil }
      .sorted { records[$0].objectness! > records[$1].objectness! }
    let unjudged = records.indices.filter { records[$0].objectness == nil }
    #expect(view("all").list("rows") == rows(judged + unjudged), "What is not known comes last.")
    expect(view("row"), shows: records[4], set: 0, theta: 50)

    let downloaded = (said["records"] as? String ?? "").split(separator: "\n")
    let decoded = try downloaded.map { try JSONDecoder().decode(SweepRecord.self, from: Data($0.utf8)) }
    #expect(decoded == records, "The download holds the records, to the last digit of a seed.")
  }

  @Test("A link opens the page at a model, a threshold and a control set; a model without images says so")
  func links() throws {
    let fixture = try SweepPageFixture()
    defer { fixture.remove() }
    let name = SweepPageFixture.models[6].name
    let (page, view, said) = try open(
      fixture, link: "#model=\(name)&theta=72.5&control=1",
      #"note("opened"); click("model-3"); note("clicked"); await new Promise(r => setTimeout(r, 500)); said.link = location.hash;"#
    )
    let record = try #require(page.records.first { $0.name == name })
    expect(view("opened"), shows: record, set: 1, theta: 72.5)
    #expect(view("opened").text("noImages").contains("\(name).panel.json"))
    #expect(view("opened").list("images").isEmpty)
    #expect(view("clicked").list("images").count > 2)
    #expect((said["link"] as? String)?.contains("model=\(page.records[3].name)") == true)
    #expect((said["link"] as? String)?.contains("theta=72.5") == true)
  }

  @Test("Cells of the channel rule are told, tabled and filtered where some model has them, and nowhere else")
  func cells() throws {
    let fixture = try SweepPageFixture()
    defer { fixture.remove() }
    let script = """
      note("start"); said.heads = el("models").querySelector("tr").textContent;
      said.boxes = [...document.querySelectorAll("input")].map(box => box.id).filter(id => id.startsWith("filter-channel_stride"));
      said.label = el("row-3").querySelector("button").textContent; said.csv = tableText();
      el("filter-channel_stride-2")?.click(); note("filtered");
      """
    let (page, _, without) = try open(fixture, script)
    #expect(without["boxes"] as? [String] == [])
    #expect((without["heads"] as? String)?.contains("cells") == false)
    var records = page.records
    records[3].configuration.channelStride = 2
    let with = try PageBrowser.run(
      SweepPage(records: records).html, in: .init(link: ""), Self.note + "\n" + script)
    #expect(with["errors"] as? [String] == [])
    #expect(with["boxes"] as? [String] == ["filter-channel_stride-null", "filter-channel_stride-2"])
    #expect((with["heads"] as? String)?.contains("cells") == true)
    #expect((with["label"] as? String)?.contains("cells 2") == true)
    #expect((with["csv"] as? String)?.contains("channel_stride") == true)
    let rows = View(said: with["filtered"] as? [String: Any] ?? [:]).list("rows")
    #expect(Set(rows) == Set(records.indices.filter { $0 != 3 }.map { "row-\($0)" }))
  }

  @Test("Objectness: models without are not drawn, and without a classifier the page says so")
  func objectness() throws {
    let some = try SweepPageFixture()
    defer { some.remove() }
    let (_, view, said) = try open(some, #"note("some"); said.about = text("objectness-note");"#)
    #expect(view("some").list("drawn") == (0..<6).map { "object-\($0)" })
    #expect(said["about"] as? String == "1 of the 7 models have no objectness and are not drawn.")
    let none = try SweepPageFixture(withObjectness: false)
    defer { none.remove() }
    let (_, unjudged, words) = try open(
      none, #"note("none"); said.about = text("objectness-note"); click("model-2"); slide(20);"#)
    #expect(unjudged("none").list("drawn").isEmpty)
    #expect((words["about"] as? String)?.hasPrefix("No classifier was used in this sweep") == true)
  }
}
