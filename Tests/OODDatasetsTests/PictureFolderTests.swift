import Foundation
import GenModels
import OODDatasets
import Testing

@Suite("Folders of pictures")
struct PictureFolderTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString)"

  private func write(_ name: String, _ height: Int, _ width: Int, channels: Int = 1, level: UInt8 = 255)
    throws
  {
    let path = folder + "/" + name
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    let pixels = [UInt8](repeating: level, count: height * width * channels)
    try PNG.write(Bitmap(width: width, height: height, channels: channels, pixels: pixels), to: path)
  }

  @Test("Pictures are labelled by their folders, in the order of names; numbers in their own")
  func labels() throws {
    for (name, level) in [("10/a.png", 0), ("2/z.PNG", 51), ("2/deeper/b.png", 102)] {
      try write(name, 2, 3, level: UInt8(level))
    }
    try "notes".write(toFile: folder + "/2/notes.txt", atomically: true, encoding: .utf8)
    try "no picture".write(toFile: folder + "/2/.hidden.png", atomically: true, encoding: .utf8)
    let pictures = try Dataset(folder: folder)
    #expect(pictures.examples.shape == [3, 2, 3, 1])
    #expect(pictures.classNames == ["2", "10"] && pictures.labels?.elements == [0, 0, 1])
    #expect(pictures.ids == ["2/z.PNG", "2/deeper/b.png", "10/a.png"])
    #expect(pictures.examples.elements.prefix(1) == [0.2] && pictures.examples.elements.last == 0)
    let chosen = try Dataset("folder:\(folder)?size=4,5?classes=10")
    #expect(chosen.examples.shape == [1, 4, 5, 1] && chosen.ids == ["10/a.png"] && chosen.row(0) == 2)
    #expect(try Dataset("folder:\(folder)[1..<2]").ids == ["2/deeper/b.png"])
    let plain = try Dataset(folder: folder + "/10")
    #expect(plain.labels == nil && plain.ids == ["a.png"])
  }

  @Test("Pictures of several sizes and colours are refused with what makes them alike")
  func differences() throws {
    try write("a.png", 8, 8)
    try write("b.png", 8, 9)
    try write("c.png", 8, 8, channels: 3)
    for (name, word) in [("[0..<2]", "size=28"), ("?shuffle=1", "size=28"), ("?size=8", "grey=yes")] {
      let error = #expect(throws: DataError.self) { try Dataset("folder:\(folder)\(name)") }
      #expect("\(error!)".contains(word), "\(error!)")
    }
    let alike = try Dataset("folder:\(folder)?size=4&grey=yes").examples
    #expect(alike.shape == [3, 4, 4, 1])
    #expect(alike.elements.allSatisfy { $0 <= 1 && $0 >= 1 - 1e-6 })
    #expect(
      try Dataset(folder: folder, form: PictureForm(size: [3, 7], isGrey: false)).examples.shape == [
        3, 3, 7, 3,
      ])
  }

  @Test("Grey is 0.299 red + 0.587 green + 0.114 blue, and grey in colour is thrice itself")
  func grey() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try PNG.write(
      Bitmap(width: 3, height: 1, channels: 3, pixels: [255, 0, 0, 0, 255, 0, 0, 0, 255]),
      to: folder + "/x.png")
    #expect(try Dataset("folder:\(folder)?grey=yes").examples.elements == [0.299, 0.587, 0.114])
    try PNG.write(Bitmap(width: 1, height: 1, channels: 1, pixels: [51]), to: folder + "/x.png")
    #expect(
      try Dataset("folder:\(folder)?grey=no").examples == Tensor([0.2, 0.2, 0.2], shape: [1, 1, 1, 3]))
  }

  @Test("What is no folder of pictures is refused by name")
  func refused() throws {
    try write("a.png", 2, 2)
    try write("c/b.png", 2, 2)
    try write("d/e/b.png", 2, 2)
    try Data("GIF89a".utf8).write(to: URL(fileURLWithPath: folder + "/d/x.gif"))
    try FileManager.default.createDirectory(atPath: folder + "/empty", withIntermediateDirectories: true)
    try FileManager.default.createDirectory(atPath: folder + "/loop", withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: folder + "/loop/again", withDestinationPath: "../loop")
    for (name, word) in [
      ("/d", "another format"), ("/empty", "an empty folder"), ("/none", "none of that name"),
      ("/a.png", "none of that name"), ("/loop", "deep"),
    ] {
      let error = #expect(throws: DataError.self) { try Dataset(folder: folder + name) }
      #expect("\(error!)".contains(word), "\(error!)")
    }
    try FileManager.default.removeItem(atPath: folder + "/loop")
    try FileManager.default.removeItem(atPath: folder + "/d/x.gif")
    let both = #expect(throws: DataError.self) { try Dataset(folder: folder) }
    #expect("\(both!)".contains("beside the folders"), "\(both!)")
    try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder + "/c/b.png"))
    let broken = #expect(throws: DataError.self) { try Dataset(folder: folder + "/c") }
    #expect("\(broken!)".contains("/c/b.png"))
    for options in ["size=0", "size=3,4,5", "size=big", "grey=maybe", "size=99999", "label=x"] {
      #expect(throws: SpecificationError.self) { try Dataset("folder:\(folder)/c?\(options)") }
    }
  }

  #if !JPEG
    @Test("A build without JPEG says how to get it")
    func noJPEG() throws {
      let error = #expect(throws: DataError.self) { try JPEG.read(bytes: [0xFF, 0xD8, 0xFF, 0xE0]) }
      #expect("\(error!)".contains("--traits JPEG"))
    }
  #endif
}

@Suite("Images in another size")
struct ImageResizingTests {
  @Test("Constants stay, the same size changes nothing, and no image depends on its neighbours")
  func laws() {
    var random = RandomGenerator(seed: 1)
    let images = random.uniform([2, 7, 10, 3])
    let flat = ImageResizing(height: 5, width: 23).apply(to: Tensor(repeating: 0.3, shape: [2, 7, 10, 3]))
    #expect(flat.shape == [2, 5, 23, 3] && flat.elements.allSatisfy { abs($0 - 0.3) < 1e-6 })
    #expect(ImageResizing(height: 7, width: 10).apply(to: images) == images)
    let both = ImageResizing(height: 4, width: 5).apply(to: images)
    let alone = ImageResizing(height: 4, width: 5).apply(to: images.sliced(axis: 0, 1..<2))
    #expect(both.sliced(axis: 0, 1..<2) == alone)
    #expect(alone.elements.allSatisfy { 0 <= $0 && $0 <= 1 })
  }

  /// `Image.fromarray(x).resize((w, h), Image.BILINEAR)` of Pillow 13 on 32-bit floats.
  @Test("The numbers are Pillow's")
  func pillow() {
    let row = Tensor([0, 1, 4, 9, 16, 25], shape: [1, 1, 6, 1])
    func resized(_ width: Int) -> [Float] { ImageResizing(height: 1, width: width).apply(to: row).elements }
    let rows: [(Int, [Float])] = [
      (1, [8.722222]), (2, [2.5, 15]), (4, [0.375, 3.5555556, 10.777778, 21.625]),
      (8, [0, 0.625, 2.125, 4.625, 8.375, 13.375, 19.375, 25]),
      (12, [0, 0.25, 0.75, 1.75, 3.25, 5.25, 7.75, 10.75, 14.25, 18.25, 22.75, 25]),
    ]
    for (width, expected) in rows {
      let found = resized(width)
      #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 2e-5 }, "\(found)")
    }
  }
}
