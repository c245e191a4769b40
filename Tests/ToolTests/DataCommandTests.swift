import Foundation
import OODDatasets
import Testing

/// `ood data`, run as a program.
@Suite struct DataCommandTests {
  let folder = ToolRun.temporaryFolder()

  @Test func listNamesWhatCanBeMadeAndFetched() throws {
    let run = try ToolRun("data", "list", "--data-dir", folder)
    #expect(run.status == 0)
    #expect(run.output.contains("synthetic-digits") && run.output.contains("kmnist"))
    #expect(run.errors.isEmpty)
    let json = try ToolRun("data", "list", "--format", "json", "--data-dir", folder).json()
    #expect(
      (json["sets"] as? [[String: Any]])?.contains { $0["name"] as? String == "synthetic-symbols" } == true)
  }

  @Test func infoCountsAndMeasures() throws {
    let run = try ToolRun("data", "info", "synthetic-digits:test[0..<50]?seed=1")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("examples  50\n"))
    #expect(run.output.contains("shape     28 x 28 x 1\n"))
    #expect(run.output.contains("mean ink"))
    #expect(run.errors.isEmpty)

    let table = folder + "/t.csv"
    try Data("x,y,kind\n1,2,u\n3,4,v\n5,6,v\n".utf8).write(to: URL(fileURLWithPath: table))
    let json = try ToolRun("data", "info", "csv:\(table)?label=kind", "--format", "json").json()
    #expect(json["examples"] as? Int == 3)
    #expect(json["shape"] as? [Int] == [2])
    #expect(json["mean"] as? Double == 3.5)
    let classes = json["classes"] as? [[String: Any]]
    #expect(classes?.map { $0["name"] as? String } == ["u", "v"])
    #expect(classes?.map { $0["count"] as? Int } == [1, 2])
  }

  @Test func renderDrawsAContactSheet() throws {
    let png = folder + "/sheet.png"
    let run = try ToolRun(
      "data", "render", "synthetic-digits:train[0..<30]", "--png", png, "--columns", "10", "--scale", "1")
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.isEmpty)
    let sheet = try PNG.read(png)
    #expect(sheet.width == 10 * (28 + 6))
    #expect(sheet.height == 3 * (28 + 6 + 9))
  }

  @Test("Strokes drawn in several ways stand below each other; sets of other sizes are refused")
  func renderComparesDrawings() throws {
    let strokes = folder + "/s.jsonl"
    try OutputPlace.write(
      Array(#"{"latex":"L","strokes":[[[0,0],[0,60],[30,60]]]}"#.utf8), to: strokes)
    let (spec, png) = ("strokes:" + strokes, folder + "/ways.png")
    let run = try ToolRun(
      "data", "render", spec, spec + "?aspect=stretched&center=box", "--png", png, "--scale", "1")
    #expect(run.status == 0 && run.errors.contains("row 2 of 2"), "\(run.errors)")
    let sheet = try PNG.read(png)
    #expect(sheet.width == 28 + 6 && sheet.height == 2 * (28 + 6 + 9))
    let other = try ToolRun("data", "render", spec, "synthetic-digits:test[..<2]", "--png", png)
    #expect(other.status == 1 && other.errors.contains("same examples"), "\(other.errors)")
    let wrong = try ToolRun("data", "render", spec + "?aspect=tall", "--png", png)
    #expect(wrong.status == 1 && wrong.errors.contains("kept or stretched"), "\(wrong.errors)")
  }

  @Test func fetchUsesTheMirror() throws {
    let server = LoopbackServer { _ in LoopbackServer.Response(status: 404) }
    let run = try ToolRun(
      "data", "fetch", "mnist", "--data-dir", folder, environment: ["OOD_MIRROR": server.address])
    #expect(run.status == 1)
    #expect(run.output.isEmpty)
    #expect(run.errors.contains("404"))
    #expect(server.requests.map(\.path) == ["/mnist/train-images-idx3-ubyte.gz"])
  }

  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["OOD_DATA"] != nil, "needs the recorded data sets in $OOD_DATA")
  )
  func fetchedSetsLoadByName() throws {
    let source = URL(fileURLWithPath: ProcessInfo.processInfo.environment["OOD_DATA"]! + "/mnist")
    var files: [String: [UInt8]] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: source.path) {
      files["/mnist/" + name] = try [UInt8](Data(contentsOf: source.appendingPathComponent(name)))
    }
    let server = LoopbackServer(LoopbackServer.files(files))
    let run = try ToolRun(
      "data", "fetch", "mnist", "--data-dir", folder, environment: ["OOD_MIRROR": server.address])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.split(separator: "\n").count == 4)
    let info = try ToolRun("data", "info", "mnist:test", "--data-dir", folder, environment: ["OOD_DATA": ""])
    #expect(info.output.contains("examples  10000\n"))
  }

  @Test(
    arguments: [
      (["data", "info", "mnist"], 64), (["data", "info"], 64), (["data", "info", "mnist:test[3"], 64),
      (["data", "draw"], 64),
      (["data", "fetch", "imagenet"], 64),
      (["data", "render", "two-moons:3", "--png", "x.png", "--scale", "0"], 64),
      (["data", "info", "csv:/nowhere.csv"], 1), (["data", "info", "nothing:train"], 1),
      (["data", "render", "csv:/dev/null", "--png", "/nowhere/x.png"], 1),
    ] as [([String], Int32)])
  func mistakesEndWithTheirStatus(arguments: [String], status: Int32) throws {
    let run = try ToolRun(arguments: arguments)
    #expect(run.status == status)
    #expect(run.output.isEmpty)
    #expect(!run.errors.isEmpty)
  }
}
