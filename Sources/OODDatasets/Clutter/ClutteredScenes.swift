import GenModels

/// Draws scenes with several objects and clutter: whole images of objects (digits, say) at random places of a larger image that do not overlap,
/// among fragments cut out of other images (cluttered MNIST of V. Mnih, N. Heess, A. Graves and K. Kavukcuoglu, 2014, with more than one
/// object and with the mask of each).
///
/// ```swift
/// let digits = SyntheticGlyphs.digits.examples(0..<1000, of: .train)
/// let scenes = try ClutteredScenes(objects: 1...2).compose(
///   1000, objects: digits.images, fragments: SyntheticGlyphs.symbols.examples(0..<500, of: .train).images, seed: 1)
/// ```
///
/// Scene i of a seed depends on i, the seed and the two sets alone.
public struct ClutteredScenes: Codable, Hashable, Sendable {
  /// Pixels on a side of a scene.
  public var size: Int
  /// How many objects a scene has, each number equally often.
  public var objects: ClosedRange<Int>
  /// How many fragments, and pixels on a side of each.
  public var fragments: Int
  public var fragmentSize: Int
  /// Pixels by which an object's mask reaches beyond its ink.
  public var margin: Int

  /// Traps when there is no object, or a size is below 1.
  public init(
    size: Int = 40, objects: ClosedRange<Int> = 1...1, fragments: Int = 8, fragmentSize: Int = 8,
    margin: Int = 2
  ) {
    precondition(
      size >= 1 && objects.lowerBound >= 1 && fragments >= 0 && fragmentSize >= 1 && margin >= 0,
      "A scene has a size and an object, not \(size) pixels, \(objects) objects and \(fragments) fragments of \(fragmentSize) pixels."
    )
    self.size = size
    self.objects = objects
    self.fragments = fragments
    self.fragmentSize = fragmentSize
    self.margin = margin
  }

  /// Scenes, and what is in them.
  public struct Scenes: Sendable {
    /// `[scenes, size, size, 1]`: at each pixel the brightest of what is there.
    public let images: Tensor
    /// `[scenes, most objects, size, size]`: 1 on each object and the margin around it, 0 elsewhere; objects from left to right, and
    /// empty masks where a scene has fewer.
    public let masks: Tensor
    /// Which of the given images the objects of each scene are, from left to right.
    public let sources: [[Int]]
  }

  /// Draws scenes.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - images: The objects, `[images, height, width, 1]`, no larger than a scene. Their dark borders may overlap; their ink does not.
  ///   - others: What fragments are cut from, at least as large as a fragment.
  ///   - seed: Decides everything.
  /// - Throws: `ExampleError.unexpectedShape` for images that are no grey images of such sizes, or none at all.
  public func compose(
    _ count: Int, objects images: Tensor, fragments others: Tensor, seed: UInt64
  ) throws -> Scenes {
    for (set, least, most) in [(images, 1, size), (others, fragmentSize, Int.max)] {
      guard set.rank == 4, set.shape[3] == 1, set.shape[0] > 0,
        set.shape[1...2].allSatisfy({ $0 >= least && $0 <= most })
      else {
        throw ExampleError.unexpectedShape(
          found: Shape(set.shape.dropFirst()),
          expected: [min(size, max(least, 28)), min(size, max(least, 28)), 1])
      }
    }
    let random = RandomGenerator(seed: seed).split("cluttered-scenes")
    let area = size * size
    let most = objects.upperBound
    var sources = [[Int]](repeating: [], count: count)
    var pixels = [Float](repeating: 0, count: count * area)
    var masks = [Float](repeating: 0, count: count * most * area)
    let (objectPixels, otherPixels) = (images.elements, others.elements)
    for scene in 0..<count {
      var draws = random.split(UInt64(scene))
      var canvas = SceneCanvas(size: size)
      let wanted = objects.lowerBound + draws.integers(1, below: objects.count).elements[0]
      for _ in 0..<wanted {
        let source = draws.integers(1, below: images.shape[0]).elements[0]
        let picture = ScenePicture(objectPixels, number: source, images.shape)
        canvas.place(picture, source: source, using: &draws)
      }
      for _ in 0..<fragments {
        let source = draws.integers(1, below: others.shape[0]).elements[0]
        let picture = ScenePicture(otherPixels, number: source, others.shape)
        canvas.addFragment(of: picture, side: fragmentSize, using: &draws)
      }
      let placed = canvas.objects.sorted { $0.left < $1.left }
      sources[scene] = placed.map(\.source)
      pixels.replaceSubrange(scene * area..<(scene + 1) * area, with: canvas.pixels)
      for (place, object) in placed.enumerated() {
        let start = (scene * most + place) * area
        masks.replaceSubrange(start..<start + area, with: canvas.mask(of: object, margin: margin))
      }
    }
    return Scenes(
      images: Tensor(pixels, shape: [count, size, size, 1]),
      masks: Tensor(masks, shape: [count, most, size, size]), sources: sources)
  }
}
