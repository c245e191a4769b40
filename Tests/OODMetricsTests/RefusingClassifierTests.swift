import Foundation
import GenModels
import OODDatasets
import OODMetrics
import Testing

@Suite("A classifier that refuses")
struct RefusingClassifierTests {
  @Test("Trained, calibrated, saved and loaded, it names digits, and refuses letters and noise")
  func usage() throws {
    let (digits, heldOut) = (
      SyntheticGlyphs.digits.examples(0..<4000, of: .train),
      SyntheticGlyphs.digits.examples(4000..<4300, of: .train)
    )
    let model = try DenoisingClassifier.train(
      .convolutional(exampleShape: [28, 28, 1], classes: 10, maps: 12, hidden: 128), on: digits.images,
      labels: digits.labels
    ).model
    // As suspicious as it can be while three quarters of held-out digits are named right at a claim of 0.5.
    let calibrated = try ScaledClassifier.calibrated(
      model, heldOut: heldOut.images, labels: heldOut.labels, accuracy: 0.75, at: 0.5)
    let path = FileManager.default.temporaryDirectory.path + "/refusing-\(UUID().uuidString).safetensors"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try calibrated.save(to: path)

    let refusing = try ScaledClassifier<DenoisingClassifier>(contentsOf: path)
    let (digit, letter) = (
      SyntheticGlyphs.digits.examples(0..<100, of: .test),
      SyntheticGlyphs.symbols.examples(0..<100, of: .test)
    )
    let named = try refusing.labels(digit.images, claimingAtLeast: 0.5)
    let right = zip(named, digit.labels.elements).count { $0 == Int($1) }
    let letters = try refusing.labels(letter.images, claimingAtLeast: 0.5).count { $0 != nil }
    var random = RandomGenerator(seed: 1)
    let noise = try refusing.labels(random.uniform([100, 28, 28, 1]), claimingAtLeast: 0.5)
    #expect(right > 50 && letters < right / 2, "\(right) digits named right, \(letters) letters named")
    #expect(noise.allSatisfy { $0 == nil }, "\(noise.count { $0 != nil }) of noise named")
  }
}
