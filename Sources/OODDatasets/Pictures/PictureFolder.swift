import GenModels

/// The PNG and JPEG files of a folder. Those in folders inside it are labelled by the names of these, whatever is deeper in them.
struct PictureFolder {
  let path: String
  /// Where the pictures are in the folder, in the order of classes and then of names.
  let names: [String]
  /// For each picture its class, where there are folders inside.
  let labels: Indexes?
  let classNames: [String]?

  /// Looks which files there are.
  /// - Throws: `DataError` where there are none, where some lie beside folders with others, and for pictures of formats that are not read.
  init(_ path: String) throws {
    guard Directory.isDirectory(path) else {
      throw DataError(.inaccessible, in: path, expected: "a folder of pictures", found: "none of that name")
    }
    let entries = Directory.names(in: path)
    let top = try PictureFolder.pictures(entries, in: path)
    var inFolders: [(folder: String, name: String)] = []
    for folder in entries where Directory.isDirectory(path + "/" + folder) {
      inFolders += try PictureFolder.pictures(below: path + "/" + folder, depth: 0)
        .map { (folder, folder + "/" + $0) }
    }
    guard top.isEmpty || inFolders.isEmpty else {
      throw DataError(
        .inconsistent, in: path,
        expected: "pictures in folders, whose names are their labels, or none in folders",
        found: "\(top.count) beside the folders, such as \(top[0]), and \(inFolders.count) in them")
    }
    guard !top.isEmpty || !inFolders.isEmpty else {
      throw DataError(
        .notFound, in: path, expected: "PNG or JPEG pictures",
        found: entries.isEmpty ? "an empty folder" : entries.prefix(5).joined(separator: ", "))
    }
    self.path = path
    guard top.isEmpty else {
      (names, labels, classNames) = (top, nil, nil)
      return
    }
    let (indexes, classes) = TableRows.classes(inFolders.map(\.folder))
    let order = inFolders.indices.sorted {
      indexes.elements[$0] != indexes.elements[$1] ? indexes.elements[$0] < indexes.elements[$1] : $0 < $1
    }
    names = order.map { inFolders[$0].name }
    labels = Indexes(order.map { Int(indexes.elements[$0]) })
    classNames = classes
  }

  /// The pictures of a range as `[count, height, width, 1 or 3]`.
  /// - Throws: `DataError` naming the file that can't be read, or is of another shape than the first.
  func images(_ range: Range<Int>, form: PictureForm, limit: InflationLimit) throws -> Tensor {
    // There is one at least, so that an empty range has a shape too.
    let first = range.first ?? 0
    let shape = try image(first, form).shape
    let size = shape.elementCount
    guard range.count <= limit.byteCount / 4 / size else {
      throw DataError(
        .tooLarge, in: path,
        expected: "at most \(limit.byteCount) bytes of numbers (size= or a range make them fewer)",
        found: "\(range.count) pictures of \(shape)")
    }
    var faults = [(any Error)?](repeating: nil, count: range.count)
    let images = faults.withUnsafeMutableBufferPointer { faults in
      nonisolated(unsafe) let faults = faults
      return Tensor(shape: Shape([range.count] + shape)) { destination in
        nonisolated(unsafe) let destination = destination
        destination.initialize(repeating: 0)
        parallelFor(range.count, grain: 1) { part in
          for position in part {
            do {
              let image = try self.image(range.lowerBound + position, form)
              guard image.shape == shape else {
                throw self.difference(range.lowerBound + position, image.shape, first, shape)
              }
              image.withUnsafeElements { elements in
                _ = UnsafeMutableBufferPointer(rebasing: destination[position * size..<(position + 1) * size])
                  .update(from: elements)
              }
            } catch { faults[position] = error }
          }
        }
      }
    }
    // The first in order, whoever met one first.
    if let fault = faults.lazy.compactMap({ $0 }).first { throw fault }
    return images
  }

  private func image(_ position: Int, _ form: PictureForm) throws -> Tensor {
    let file = path + "/" + names[position]
    let bytes = try readFile(file, mostBytes: PNG.standardLimit.byteCount)
    return form.image(
      try JPEG.isJPEG(bytes) ? JPEG.read(bytes: bytes, name: file) : PNG.read(bytes: bytes, name: file))
  }

  private func difference(_ position: Int, _ found: Shape, _ first: Int, _ wanted: Shape) -> DataError {
    let isOfSize = found[0] == wanted[0] && found[1] == wanted[1]
    return DataError(
      .inconsistent, in: path + "/" + names[position],
      expected: "\(wanted[0]) x \(wanted[1]) pixels \(PictureFolder.colour(wanted)), as \(names[first]) has ("
        + (isOfSize ? "grey=yes or grey=no makes all one or the other" : "size=28 or size=28,32 resizes all")
        + ")",
      found: "\(found[0]) x \(found[1]) \(PictureFolder.colour(found))")
  }

  private static func colour(_ shape: Shape) -> String { shape[2] == 1 ? "in grey" : "in colour" }

  /// The pictures below a folder, by their paths in it.
  private static func pictures(below path: String, depth: Int) throws -> [String] {
    guard depth < 16 else {
      throw DataError(
        .tooLarge, in: path, expected: "folders at most 16 deep (is a link leading back?)",
        found: "deeper ones")
    }
    let entries = Directory.names(in: path)
    return try pictures(entries, in: path)
      + entries.filter { Directory.isDirectory(path + "/" + $0) }.flatMap { folder in
        try pictures(below: path + "/" + folder, depth: depth + 1).map { folder + "/" + $0 }
      }
  }

  /// The names among `entries` that are pictures to read; all other files are left aside, but pictures that can't be read.
  private static func pictures(_ entries: [String], in path: String) throws -> [String] {
    try entries.filter { name in
      guard let dot = name.lastIndex(of: "."), !Directory.isDirectory(path + "/" + name) else { return false }
      let ending = name[dot...].dropFirst().lowercased()
      guard !["gif", "bmp", "tif", "tiff", "webp", "heic", "avif", "jp2"].contains(ending) else {
        throw DataError(
          .unsupported, in: path + "/" + name, expected: "PNG and JPEG pictures (convert others first)",
          found: "a picture in another format")
      }
      return ["png", "jpg", "jpeg"].contains(ending)
    }
  }
}

extension Dataset {
  /// The PNG and JPEG pictures of a folder, labelled by the names of the folders in it that they are in, where they are; `ids` are
  /// their names.
  ///
  /// - Parameters:
  ///   - path: Of the folder.
  ///   - form: The size and the colour that they are to have; they have one already unless it says.
  ///   - limit: Most bytes of numbers.
  /// - Throws: `DataError` naming the file that can't be read, or is of another shape than the first.
  public init(folder path: String, form: PictureForm = PictureForm(), limit: InflationLimit = .standard)
    throws
  {
    let folder = try PictureFolder(path)
    self.init(
      name: path, summary: "pictures of \(path)",
      examples: try folder.images(0..<folder.names.count, form: form, limit: limit), labels: folder.labels,
      classNames: folder.classNames)
    ids = folder.names
    classesAreText = true
  }
}
