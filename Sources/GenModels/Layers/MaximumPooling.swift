/// The maximum over square windows inside the image, a window apart unless `stride` says otherwise.
public struct MaximumPooling: Layer {
  public var window: Int
  public var stride: Int

  public init(window: Int, stride: Int? = nil) {
    precondition(window >= 1, "A pooling window has at least one pixel, and \(window) were asked for.")
    self.window = window
    self.stride = stride ?? window
  }

  public func callAsFunction<Value: TensorAlgebra>(_ x: Value, _ context: Context) -> Value {
    x.maximumPooled(window: (window, window), stride: stride)
  }
}
