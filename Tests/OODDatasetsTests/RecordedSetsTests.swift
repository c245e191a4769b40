import GenModels
import OODDatasets
import Testing

/// The recorded data sets, compared with what their makers say of them and with NumPy.
@Suite(.enabled(if: SharedData.isHere, "\(SharedData.message)"))
struct RecordedSetsTests {
  @Test(arguments: [
    ("mnist:train", 60000, [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
    ("mnist:test", 10000, [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
    ("fashion-mnist:train", 60000, [Int](repeating: 6000, count: 10)),
    ("fashion-mnist:test", 10000, [Int](repeating: 1000, count: 10)),
    ("kmnist:test", 10000, [Int](repeating: 1000, count: 10)),
    ("kmnist:train-first7011", 7011, [690, 690, 695, 702, 757, 708, 688, 708, 672, 701]),
    ("cifar10-jpeg:test", 3000, [Int](repeating: 300, count: 10)),
  ])
  func imagesAndTheirClasses(name: String, count: Int, classes: [Int]) throws {
    let dataset = try SharedData.library.load(name)
    #expect(dataset.count == count)
    #expect(dataset.classCounts == classes)
    #expect(dataset.classNames?.count == 10)
    #expect(dataset.exampleShape == (name.hasPrefix("cifar") ? [32, 32, 3] : [28, 28, 1]))
    let summary = DatasetSummary(dataset)
    #expect(summary.smallest == 0 && summary.largest == 1)
  }

  @Test func theMeanInkOfMNIST() throws {
    // 33.3184 of 255, the well-known mean of the training images.
    let mean = try #require(DatasetSummary(SharedData.library.load("mnist:train")).mean)
    #expect(abs(mean - 0.1306604762738429) < 1e-7)
  }

  @Test func symbols() throws {
    let hwrt = try SharedData.library.load("hwrt:symbols")
    #expect(hwrt.count == 5564)
    #expect(hwrt.classNames?.count == 996)
    #expect(hwrt.classCounts?.prefix(5) == [329, 126, 101, 85, 80])
    #expect(try SharedData.library.load("hwrt:symbols?classes=digits").count == 330)
    #expect(try SharedData.library.load("hwrt:symbols?classes=letters").count == 1619)
    #expect(try SharedData.library.load("hwrt:symbols?classes=symbols").count == 3615)

    let crohme = try SharedData.library.load("crohme:symbols")
    #expect(crohme.count == 85782)
    #expect(crohme.classNames?.count == 101)
    #expect(crohme.classCounts?.max() == 7940)
    #expect(try SharedData.library.load("crohme:symbols?classes=digits").count == 22299)
    #expect(try SharedData.library.load("crohme:symbols?classes=letters").count == 26275)
    #expect(try SharedData.library.load("crohme:symbols?classes!=letters,digits").count == 37208)
  }

  @Test func strokesInBothTheirForms() throws {
    let lines = try StrokeLines.read(SharedData.path("hwrt/hwrt-strokes.jsonl.gz"))
    #expect(lines.count == 5568)
    #expect(lines.filter { $0.label == nil }.count == 4)
    let table = try HWRTFile.read(SharedData.path("hwrt/hwrt-sample.csv.gz"))
    #expect(table.count == 5564)
    // The same recordings in the same order; the lines are rounded to 0.001, and the table's clock runs from
    // another moment.
    let differing = lines.indices.dropLast(4).filter { index in
      let (line, row) = (lines[index], table[index])
      guard line.symbolID == row.symbolID, line.writerID == row.writerID,
        line.drawing.strokes.map(\.count) == row.drawing.strokes.map(\.count)
      else { return true }
      return zip(line.drawing.strokes.joined(), row.drawing.strokes.joined()).contains { a, b in
        abs(a.x - b.x) > 0.00051 || abs(a.y - b.y) > 0.00051
      }
    }
    #expect(differing == [])
    var count = 0
    try StrokeLines.forEach(SharedData.path("crohme/strokes.jsonl.gz")) { record in
      count += record.label != nil && record.drawing.pointCount > 0 ? 1 : 0
    }
    #expect(count == 85782)
  }

  /// What NumPy says of a set: sums of the first and last column, the sum of x[i, j] (j + 1) (i mod 7 + 1),
  /// which a wrong order of the elements would change, and the sum of the sizes of its terms.
  struct Golden: CustomTestStringConvertible {
    let name: String
    let rows, columns, anomalies: Int
    let first, last, weighted, size: Double

    init(
      _ name: String, _ rows: Int, _ columns: Int, anomalies: Int, first: Double, last: Double,
      weighted: Double, size: Double
    ) {
      self.name = name
      (self.rows, self.columns, self.anomalies) = (rows, columns, anomalies)
      (self.first, self.last, self.weighted, self.size) = (first, last, weighted, size)
    }

    var testDescription: String { name }
  }

  @Test(arguments: tables) func tablesAgreeWithNumPy(golden: Golden) throws {
    let array = try SharedData.library.array(Specification("adbench:\(golden.name)"))
    #expect(array.shape == [golden.rows, golden.columns])
    let values = array.doubles()
    var first = 0.0
    var last = 0.0
    var weighted = 0.0
    for row in 0..<golden.rows {
      let start = row * golden.columns
      first += values[start]
      last += values[start + golden.columns - 1]
      for column in 0..<golden.columns {
        weighted += values[start + column] * Double((column + 1) * (row % 7 + 1))
      }
    }
    #expect(abs(first - golden.first) <= 1e-12 * golden.size)
    #expect(abs(last - golden.last) <= 1e-12 * golden.size)
    #expect(abs(weighted - golden.weighted) <= 1e-11 * golden.size)

    let dataset = try SharedData.library.load("adbench:\(golden.name)")
    #expect(dataset.examples.shape == [golden.rows, golden.columns])
    #expect(dataset.classCounts == [golden.rows - golden.anomalies, golden.anomalies])
    #expect(dataset.examples.elements == values.map { Float($0) })
  }

  @Test func everyTableIsThere() throws {
    let adbench = try #require(SharedData.library.storedSets.first { $0.name == "adbench" })
    #expect(adbench.parts.map(\.name) == RecordedSetsTests.tables.map(\.name))
  }

  static let tables: [Golden] = [
    Golden(
      "2_annthyroid", 7200, 6, anomalies: 534, first: 3747.7307, last: 815.14573,
      weighted: 63151.73296, size: 63151.7),
    Golden(
      "5_campaign", 41188, 62, anomalies: 4640, first: 11707.593481, last: 31679.08152,
      weighted: 88712487.342891, size: 8.87125e+07),
    Golden(
      "6_cardio", 1831, 21, anomalies: 176, first: 2.402286702896106e-12, last: 2.220446049250313e-14,
      weighted: -7147.326081757636, size: 1.26394e+06),
    Golden(
      "7_Cardiotocography", 2114, 21, anomalies: 466, first: 281783.0, last: 674.0,
      weighted: 107916718.4, size: 1.07945e+08),
    Golden(
      "11_donors", 619326, 10, anomalies: 36710, first: 147077.63704, last: 8884.936643000001,
      weighted: 36941796.756449, size: 3.69418e+07),
    Golden(
      "14_glass", 214, 7, anomalies: 9, first: 108.357881, last: 68.000271,
      weighted: 9184.795072, size: 9184.8),
    Golden(
      "16_http", 567498, 3, anomalies: 2211, first: -1287390.9039573804, last: 4250120.609079341,
      weighted: 71086325.18354411, size: 8.15139e+07),
    Golden(
      "18_Ionosphere", 351, 32, anomalies: 126, first: 288.055495, last: 178.04126,
      weighted: 439441.339395, size: 439441),
    Golden(
      "19_landsat", 6435, 36, anomalies: 1333, first: -1.875659350059067e-12, last: 5.986947049230196e-13,
      weighted: -4652.476071435839, size: 1.38124e+07),
    Golden(
      "20_letter", 1600, 32, anomalies: 100, first: 5923.0, last: 11651.0,
      weighted: 19725041.0, size: 1.9725e+07),
    Golden(
      "22_magic.gamma", 19020, 10, anomalies: 6688, first: 1.2524970549100158e-12,
      last: -1.0980229041539918e-13,
      weighted: -2690.0944960020397, size: 3.16742e+06),
    Golden(
      "24_mnist", 7603, 100, anomalies: 700, first: -27.370799529831856, last: 0.0,
      weighted: 1441196299.0554612, size: 6.62603e+09),
    Golden(
      "27_PageBlocks", 5393, 10, anomalies: 510, first: 56810.0, last: 583567.0,
      weighted: 316488992.13, size: 3.16489e+08),
    Golden(
      "29_Pima", 768, 8, anomalies: 268, first: 2953.0, last: 25529.0,
      weighted: 4271702.672, size: 4.2717e+06),
    Golden(
      "30_satellite", 6435, 36, anomalies: 2036, first: 446589.0, last: 530922.0,
      weighted: 1436475721.0, size: 1.43648e+09),
    Golden(
      "33_skin", 245057, 3, anomalies: 50859, first: 2.733164822937839e-12, last: -6.495624177427217e-11,
      weighted: -357.16890480147, size: 4.84189e+06),
    Golden(
      "38_thyroid", 3772, 6, anomalies: 93, first: 2048.6505376344044, last: 668.7787704918671,
      weighted: 76333.45691383444, size: 76333.5),
    Golden(
      "40_vowels", 1456, 12, anomalies: 50, first: 1.5276798923102852e-12, last: 6.812304626652166e-13,
      weighted: 651.3359688843329, size: 367405),
    Golden(
      "41_Waveform", 3443, 21, anomalies: 100, first: 71.61999999999999, last: -50.6,
      weighted: 5463496.01, size: 6.47121e+06),
    Golden(
      "43_WDBC", 367, 30, anomalies: 10, first: 4518.109, last: 29.29544,
      weighted: 28504080.5498969, size: 2.85041e+07),
    Golden(
      "45_wine", 129, 13, anomalies: 10, first: 1641.7, last: 78960.0,
      weighted: 4347110.14596, size: 4.34711e+06),
    Golden(
      "47_yeast", 1484, 8, anomalies: 507, first: 4.238224354802256e-13, last: -2.1144891393376497e-13,
      weighted: 39.757946367255585, size: 119112),
  ]
}
