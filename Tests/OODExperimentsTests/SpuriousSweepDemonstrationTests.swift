import Foundation
import OODExperiments
import Testing

@Suite("The demonstration")
struct SpuriousSweepDemonstrationTests {
  @Test("It trains, measures beside an untrained model, and writes a page; again, it uses what is there")
  func demonstration() async throws {
    let folder = NSTemporaryDirectory() + "/ood-demo-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let demonstration = Demonstration(
      seed: 1, trainingCount: 64, testCount: 20, symbolCount: 20, epochs: 1)
    let result = try await demonstration.run(in: folder)
    #expect(result.records.count == 6 && result.records.count { $0.epochsDone == 0 } == 1)
    let deltas = result.records.map(\.deltaMean.estimate)
    #expect(deltas == deltas.sorted(by: >))
    for record in result.records {
      #expect(record.irr.trials == 20 && record.orr[0].trials == 10 && record.objectness != nil)
    }
    let page = try String(contentsOf: URL(fileURLWithPath: result.page), encoding: .utf8)
    #expect(result.records.allSatisfy { page.contains($0.name) })
    #expect(try await demonstration.run(in: folder).records == result.records)
  }
}
