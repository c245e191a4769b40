import GenModels
import OODDatasets
import OODExperiments

/// A model's record and images, measured on a few pixels.
enum SmallRecord {
  static let measured: (record: SweepRecord, panel: ModelPanel) = {
    func images(_ name: String, _ offset: Int) -> Dataset {
      let pixels = (0..<144).map { (i: Int) -> Float in Float((i * 7 + offset) % 11) / 11 }
      return Dataset(
        name: name, examples: Tensor(pixels, shape: [4, 6, 6, 1]), labels: Indexes([0, 1, 0, 1]))
    }
    let point = SweepPoint(layers: 1, maps: 2, bottleneck: 2, kernel: 3, epochs: 0)
    guard
      let data = try? SweepData(training: images("a", 0), test: images("b", 3), controls: [images("c", 5)]),
      let measurement = try? ModelMeasurement(
        settings: settings, data: data, digits: nil, symbols: nil),
      let measured = try? measurement.measure(
        ConvolutionalAutoencoder(point.architecture(imageShape: [6, 6, 1]), seed: 0), as: point, loss: nil,
        epochsDone: 0)
    else { fatalError("The small sweep can't be measured.") }
    return measured
  }()

  static var record: SweepRecord { measured.record }

  private static var settings: ModelMeasurement.Settings {
    var settings = ModelMeasurement.Settings()
    settings.generatedCount = 2
    settings.iterations = 2
    settings.panelCount = 2
    settings.curves = SweepCurves.Grid(step: 1, steps: 3)
    return settings
  }
}
