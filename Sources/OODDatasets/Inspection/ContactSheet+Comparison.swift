import GenModels

extension ContactSheet {
  /// The same examples of several sets below each other: blocks of as many rows as there are sets, a row of each set.
  ///
  /// - Parameters:
  ///   - sets: Each [count, height, width, 1 or 3]. Traps when there is none, shapes differ, or the page is too large.
  ///   - labels: One for each example, drawn below its image in every set; nil for none.
  public func page(comparing sets: [Tensor], labels: [[String]]? = nil) -> Bitmap {
    precondition(
      !sets.isEmpty && sets.allSatisfy { $0.shape == sets[0].shape }
        && (labels.map { $0.count == sets.count && $0.allSatisfy { $0.count == sets[0].shape[0] } } ?? true),
      "Sets to compare have one shape and as many labels, and these have \(sets.map(\.shape)).")
    guard sets.count > 1 else { return page(of: sets[0], labels: labels?[0]) }
    let shape = comparisonShape(sets[0].shape, sets: sets.count)
    let (count, size) = (sets[0].shape[0], shape[1] * shape[2] * shape[3])
    let across = min(columns, count)
    /// The example in a cell of the page, and its set; nil where the last block is not full.
    func source(_ cell: Int) -> (set: Int, example: Int)? {
      let (row, column) = (cell / across, cell % across)
      let example = row / sets.count * across + column
      return example < count ? (row % sets.count, example) : nil
    }
    let images = Tensor(shape: shape) { images in
      images.update(repeating: 0)
      for cell in 0..<shape[0] {
        guard let (set, example) = source(cell) else { continue }
        sets[set].withUnsafeElements { elements in
          _ = UnsafeMutableBufferPointer(rebasing: images[cell * size..<(cell + 1) * size])
            .update(from: elements[example * size..<(example + 1) * size])
        }
      }
    }
    // As wide as the sets' rows, which begin anew in each line.
    var sheet = self
    sheet.columns = across
    return sheet.page(
      of: images,
      labels: labels.map { labels in
        (0..<shape[0]).map { source($0).map { labels[$0.set][$0.example] } ?? "" }
      })
  }

  /// The shape of the images on a page that compares so many sets of images of that shape; see `fits`.
  public func comparisonShape(_ images: Shape, sets: Int) -> Shape {
    let across = max(1, min(columns, images[0]))
    let cells = sets == 1 ? images[0] : (images[0] + across - 1) / across * across * sets
    return [cells, images[1], images[2], images[3]]
  }
}
