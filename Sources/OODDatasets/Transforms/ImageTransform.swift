import GenModels

/// A change of the geometry of images `[count, height, width, channels]`.
public protocol ImageTransform: Sendable {
  func apply(to images: Tensor) -> Tensor
}

/// The extents of a batch of images. Traps when the tensor isn't one.
func imageExtents(_ images: Tensor) -> (count: Int, height: Int, width: Int, channels: Int) {
  precondition(
    images.rank == 4,
    "Images have the shape [count, height, width, channels], and these have \(images.shape).")
  return (images.shape[0], images.shape[1], images.shape[2], images.shape[3])
}
