import GenModels
import OODDatasets
import Testing

@Suite struct DatasetTests {
  let dataset = Dataset(
    name: "ten", examples: Tensor((0..<20).map(Float.init), shape: [10, 2]),
    labels: Indexes([0, 1, 2, 0, 1, 2, 0, 1, 2, 0]), classNames: ["a", "b", "c", "d"])

  @Test func rangesAndPositions() {
    #expect(dataset[2..<4].examples == Tensor([4, 5, 6, 7], shape: [2, 2]))
    #expect(dataset[2..<4].labels?.elements == [2, 0])
    #expect(dataset[3..<3].count == 0)
    let chosen = dataset.selecting([9, 0, 9])
    #expect(chosen.examples.elements == [18, 19, 0, 1, 18, 19])
    #expect(chosen.labels?.elements == [0, 0, 0])
    #expect(chosen.classNames == dataset.classNames)
  }

  @Test func classes() {
    #expect(dataset.classCounts == [4, 3, 3, 0])
    #expect(dataset.selecting(classes: [1, 3]).labels?.elements == [1, 1, 1])
    #expect(dataset.excluding(classes: [0]).labels?.elements == [1, 2, 1, 2, 1, 2])
    #expect(Dataset(name: "", examples: Tensor.zeros([2, 1])).classCounts == nil)
  }

  @Test func shufflesAndSplits() {
    let shuffled = dataset.shuffled(seed: 7)
    #expect(shuffled.examples != dataset.examples)
    #expect(shuffled == dataset.shuffled(seed: 7))
    #expect(shuffled.examples != dataset.shuffled(seed: 8).examples)
    #expect(shuffled.classCounts == dataset.classCounts)
    // Labels stay with their examples.
    for row in 0..<10 { #expect(shuffled.labels?.elements[row] == Int(shuffled.examples[row, 0]) / 2 % 3) }
    let (training, test) = shuffled.split(at: 7)
    #expect(training.count == 7 && test.count == 3)
    #expect(training.examples.elements + test.examples.elements == shuffled.examples.elements)
  }

  @Test func mistakesOfProgrammersStop() async {
    await #expect(processExitsWith: .failure) {
      _ = Dataset(name: "", examples: Tensor.zeros([3, 1]), labels: Indexes([1, 2]))
    }
    await #expect(processExitsWith: .failure) {
      _ = Dataset(name: "", examples: Tensor.zeros([1, 1]), labels: Indexes([1]), classNames: ["only"])
    }
    await #expect(processExitsWith: .failure) {
      _ = Dataset(name: "", examples: Tensor.zeros([3, 1]))[2..<4]
    }
  }

  @Test func summaries() throws {
    let summary = DatasetSummary(dataset)
    #expect(summary.count == 10)
    #expect(summary.exampleShape == [2])
    #expect(summary.smallest == 0 && summary.largest == 19)
    #expect(summary.mean == 9.5)
    #expect(abs(try #require(summary.standardDeviation) - 33.25.squareRoot()) < 1e-12)
    #expect(summary.classes?.map(\.count) == [4, 3, 3, 0])
    #expect(DatasetSummary(dataset[0..<0]).mean == nil)
  }

  @Test func contactSheets() throws {
    let images = Tensor((0..<5 * 4).map { Float($0 % 2) }, shape: [5, 2, 2, 1])
    let sheet = ContactSheet(columns: 3, scale: 2, margin: 1, background: 9)
    let plain = sheet.page(of: images)
    #expect(plain.width == 3 * 6 && plain.height == 2 * 6)
    // The first image's rows are 0 1, each pixel twice as wide, with a margin around.
    #expect(Array(plain.pixels[plain.width..<plain.width + 6]) == [9, 0, 0, 255, 255, 9])
    let labelled = sheet.page(of: Tensor.zeros([1, 12, 12, 3]), labels: ["1q%"])
    #expect(labelled.channels == 3)
    #expect(labelled.height == 26 + 9)
    #expect(labelled.pixels.contains(255))
    #expect(!sheet.fits([1 << 20, 28, 28, 1]) && sheet.fits([200, 28, 28, 1]))
  }
}
