/// Pixels of images that are known while the others are drawn.
public struct KnownPixels: Sendable {
  /// `[count, height, width, channels]`.
  public let images: Tensor
  /// 1 for each number that is known, else 0; of the images' shape.
  public let marks: Tensor

  public init(images: Tensor, marks: Tensor) {
    precondition(
      images.shape == marks.shape && images.rank == 4,
      "Known pixels have images and marks of one shape, not \(images.shape) and \(marks.shape).")
    self.images = images
    self.marks = marks
  }

  /// What was drawn for the pixel in a row and column, `[count, channels]`, with what is known of it in its place.
  func over(_ drawn: Tensor, row: Int, column: Int) -> Tensor {
    func pixel(_ x: Tensor) -> Tensor {
      x.sliced(axis: 1, row..<row + 1).sliced(axis: 2, column..<column + 1).reshaped(drawn.shape)
    }
    let marks = pixel(marks)
    return drawn * (1 - marks) + pixel(images) * marks
  }
}
