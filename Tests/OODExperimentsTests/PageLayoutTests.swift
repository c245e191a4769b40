import Foundation
import OODExperiments
import Testing

/// All pages in narrow and wide windows, in light and dark.
@Suite(
  "Layout of pages in Chromium", .serialized,
  .enabled(if: PageBrowser.path != nil, Comment(rawValue: PageBrowser.missing)))
struct PageLayoutTests {
  static let windows = [(420, false), (420, true), (800, false), (1200, true)]
  enum Kind: CaseIterable {
    case sweep, likelihood, outliers, overgeneralization, detection, densities, divergences
  }

  /// Texts in charts that a page has more of; pages of tables and pictures have none.
  private static func leastTexts(_ kind: Kind) -> Int {
    switch kind {
    case .densities, .divergences: -1
    case .outliers: 3
    case .sweep, .likelihood, .overgeneralization, .detection: 20
    }
  }

  private static func html(_ kind: Kind) throws -> String {
    switch kind {
    case .likelihood: return try LikelihoodPageFixture().page.html
    case .outliers: return try OutlierGenerationExperimentTests.result.get().page.html
    case .detection: return DetectionPage(try DetectionPageFixture.report()).html
    case .densities: return try DensityExperimentTests.result.get().page.html
    case .divergences: return try DivergencesExperimentTests.brief.get().page.html
    case .overgeneralization:
      return OvergeneralizationPage(try OvergeneralizationFixture.report.get()).html
    case .sweep:
      let fixture = try SweepPageFixture()
      defer { fixture.remove() }
      return try SweepPage(directory: fixture.directory).html
    }
  }

  private static let script = """
    // Charts are drawn again in the frame after their box has changed; a busy machine takes its time.
    const isSettled = svg => Math.abs(svg.getBoundingClientRect().width - Number(svg.getAttribute("viewBox").split(" ")[2])) < 1;
    for (let round = 0; round < 50; round++) {
      await new Promise(done => setTimeout(done, 200));
      if ([...document.querySelectorAll("svg.chart, .chart svg")].filter(svg => svg.clientWidth > 0).every(isSettled)) break;
    }
    said.inner = innerWidth;
    said.client = document.documentElement.clientWidth;
    said.scroll = document.documentElement.scrollWidth;
    said.isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const describe = node => node.textContent + " in " + node.closest("[id]")?.id;
    // The text of charts: how large it is, and whether all of it is in its drawing.
    const texts = [...document.querySelectorAll(".chart text")];
    said.count = texts.length;
    said.small = texts.filter(text => {
      const svg = text.ownerSVGElement, scale = svg.getBoundingClientRect().width / Number(svg.getAttribute("viewBox").split(" ")[2]);
      return parseFloat(getComputedStyle(text).fontSize) * scale < 10.9;
    }).map(describe);
    said.cut = texts.filter(text => {
      const box = text.ownerSVGElement.getBoundingClientRect(), own = text.getBoundingClientRect();
      return own.left < box.left - 1 || own.right > box.right + 1 || own.top < box.top - 1 || own.bottom > box.bottom + 1;
    }).map(describe);
    said.tiny = [...document.querySelectorAll("body *")].filter(node => node.checkVisibility?.() && node.childElementCount === 0 && node.textContent.trim()
      && !["SCRIPT", "STYLE", "OPTION"].includes(node.tagName) && parseFloat(getComputedStyle(node).fontSize) < 10.9).map(describe);
    // What sticks out of the page, but for what is in a box that scrolls.
    said.wide = [...document.querySelectorAll("body *")].filter(node => node.checkVisibility?.() && !node.closest(".scroll table, svg, #tip")
      && node.getBoundingClientRect().right > said.client + 1).map(node => node.tagName + " " + (node.id || node.className));

    // Contrast by WCAG 2: of text with its ground, and of marks with theirs.
    const probe = document.body.appendChild(document.createElement("span"));
    const light = name => {
      probe.style.color = `var(--${name})`;
      const channels = getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map(value => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * channels[0] + 0.7152 * channels[1] + 0.0722 * channels[2];
    };
    const contrast = (one, other) => { const [a, b] = [light(one), light(other)].sort((x, y) => y - x); return (a + 0.05) / (b + 0.05); };
    said.contrast = {};
    for (const ground of ["page", "card"]) {
      for (const ink of ["ink", "soft", "accent", "good", "bad", "focus"]) said.contrast[`${ink} on ${ground}, 4.5`] = contrast(ink, ground);
      for (let i = 0; i < 8; i++) said.contrast[`c${i} on ${ground}, 3`] = contrast(`c${i}`, ground);
    }
    said.contrast["ink on faint, 4.5"] = contrast("ink", "faint");
    said.contrast["accent on faint, 4.5"] = contrast("accent", "faint");
    """

  @Test(
    "Nothing sticks out, is cut off, is too small to read or too pale", arguments: Kind.allCases,
    windows.indices)
  func layout(_ kind: Kind, window: Int) throws {
    let (width, isDark) = Self.windows[window]
    let said = try PageBrowser.run(Self.html(kind), in: .init(width: width, isDark: isDark), Self.script)
    #expect(said["errors"] as? [String] == [])
    #expect(said["inner"] as? Int == width && said["isDark"] as? Bool == isDark)
    #expect(said["scroll"] as? Int == said["client"] as? Int, "The page itself does not scroll sideways.")
    #expect((said["count"] as? Int ?? 0) > Self.leastTexts(kind))
    for fault in ["small", "cut", "tiny", "wide"] { #expect(said[fault] as? [String] == [], "\(fault)") }
    let contrast = try #require(said["contrast"] as? [String: Double])
    #expect(contrast.count == 30)
    for (pair, ratio) in contrast {
      let least = try #require(pair.split(separator: ", ").last.flatMap { Double($0) })
      #expect(ratio >= least, "\(pair): \(ratio)")
    }
  }
}
