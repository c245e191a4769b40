import GenModels
import OODDatasets

// MARK: CSV

private func csvTableExample() throws {
  let table = try CSVTable("wine.csv", format: CSVFormat(labelColumn: "class"))
  table.columnNames
  let x = try table.tensor()
}

// MARK: Complexity

private func imageCompressorExample(images: Tensor) throws {
  let bits = try ImageCompressor.lzma.bits(of: images)
}

// MARK: Dataset

private func datasetExample() throws {
  let digits = try Dataset("mnist:train")
  digits.examples.shape
  let (training, validation) = digits.shuffled(seed: 1).split(at: 50_000)
  let sevens = digits.selecting(classes: [7])
}

// MARK: Files

private func outputPlaceExample(scores: NumericArray) throws {
  let place = try OutputPlace("scores.npy")
  try place.requireWritable()
  try place.write(NumPy.bytes(of: scores))
}

// MARK: Glyphs

private func syntheticGlyphsExample() {
  let train = SyntheticGlyphs.digits.examples(0..<60_000, of: .train, seed: 0)
  train.images
  train.labels
}

// MARK: Handwriting

private func symbolPreparationExample() throws {
  let symbols = try Dataset("hwrt:symbols")
  let (train, test) = try SymbolPreparation(trainingCount: 300).prepare(symbols)
}

// MARK: IDX

private func idxExample() throws {
  let images = try IDX.readTensor("train-images-idx3-ubyte.gz")
  let labels = try IDX.read("train-labels-idx1-ubyte.gz").indexes()
}

// MARK: Inspection

private func heatMapExample(images: Tensor, reconstructions: Tensor, errors: Tensor) throws {
  try PNG.write(HeatMapSheet(columns: 10).page(of: images, reconstructions, errors), to: "where.png")
}

// MARK: JPEG

private func jpegExample() throws {
  let picture = try JPEG.read("photo.jpg")
}

// MARK: Pictures

private func pictureFolderExample() throws {
  let form = PictureForm(size: [28, 28], isGrey: true)
  let photographs = try Dataset(folder: "photographs", form: form)
}

// MARK: Library

private func dataLibraryExample() throws {
  let library = DataLibrary()
  let digits = try library.load("mnist:test[0..<1000]")
}

// MARK: NumPy

private func numPyExample() throws {
  let table = try NumPy.read("X.npy")
  let x = try table.tensor()
  try NumPy.write(NumericArray(x), to: "copy.npy")
}

private func numPyArchiveExample() throws {
  let archive = try NumPyArchive("6_cardio.npz")
  archive.names
  let x = try archive.array(named: "X").tensor()
}

// MARK: PNG

private func pngExample(tensor: Tensor) throws {
  let picture = try PNG.read("digit.png")
  try PNG.write(Bitmap(tensor), to: "copy.png")
}

// MARK: Rasterizer

private func rasterizerExample(drawing: Drawing) throws {
  let image = try Rasterizer().image(of: drawing)
  let stretched = Rasterizer(aspect: .stretched, center: .box)
}

// MARK: Strokes

private func hwrtFileExample() throws {
  let recordings = try HWRTFile.read("train-data.csv")
}

private func strokeLinesExample() throws {
  let recordings = try StrokeLines.read("strokes.jsonl.gz")
}

// MARK: Tables

private func dataTableExample() throws {
  let table = try DataLibrary().table(Specification("csv:wine.csv?label=class&missing=drop[100...]"))
  table.values
  table.columns.names
  table.row(0)
}

private func tableColumnsExample() throws {
  let columns = TableColumns(names: ["age", "weight"])
  try TableColumns(names: ["weight", "age"]).positions(of: columns)
}

// MARK: Toys

private func toyDistributionExample() throws {
  var random = RandomGenerator(seed: 1)
  let rings = Rings()
  let points = rings.sample(count: 1000, using: &random)
  let density = try rings.logDensity(points)
}

private func csvColumnRolesExample() {
  var format = CSVFormat()
  format.columns.id = "order"
  format.columns.times = ["shipped"]
  format.columns.categories = ["machine", "country"]
}

private func jsonLinesTableExample() throws {
  var format = CSVFormat()
  format.columns.categories = ["machine"]
  let table = try JSONLinesTable.read("orders.jsonl", format: format)
}

private func tablePiecesExample(library: DataLibrary) throws {
  var pieces = try library.pieces(Specification("csv:big.csv?id=order"), rowCount: 65_536)
  while let table = try pieces?.next() { print(table.values.rows) }
}
