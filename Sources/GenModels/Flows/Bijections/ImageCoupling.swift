/// A coupling of images: one half of the channels is changed as a convolutional network of the other half (and of the condition,
/// repeated at each pixel) says.
///
/// The network is Glow's: 3 × 3, 1 × 1 and 3 × 3 kernels with ReLU between, the last one at zero to begin with
/// (D. P. Kingma and P. Dhariwal, 2018, section 3.3). ln |det| is the sum over pixels of the transform's.
public struct ImageCoupling: Bijection {
  public let inputShape: Shape
  public let transform: CouplingTransform
  public let changes: ChannelHalf
  let conditions: Int
  private var layers: [Convolution]

  init(
    _ transform: CouplingTransform, shape: Shape, hidden: [Int], changes: ChannelHalf,
    conditions: Int, _ tensors: TensorSource
  ) throws(ModelFileError) {
    inputShape = shape
    self.transform = transform
    self.changes = changes
    self.conditions = conditions
    let outputs = transform.parametersPerFeature * changes.range(of: shape[2]).count
    var channels = changes.other.range(of: shape[2]).count + conditions
    layers = []
    for (number, (kernel, units)) in zip([3, 1, 3], hidden + [outputs]).enumerated() {
      let law = number == 2 ? Initialization.zeros : .heNormal
      let weightShape: Shape = [kernel, kernel, channels, units]
      guard weightShape.reduce(1.0, { $0 * Double($1) }) <= Double(Int32.max) else {
        throw .malformed(reason: "a coupling can't have a layer of weights \(weightShape)")
      }
      let source = tensors.under("network.\(number)")
      layers.append(
        Convolution(
          weight: try source.tensor("weight", weightShape) {
            law.weights(
              weightShape, fanIn: kernel * kernel * weightShape[2], fanOut: kernel * kernel * units,
              using: &$0)
          },
          bias: try source.tensor("bias", [units]) { _ in .zeros([units]) },
          activation: number == 2 ? .identity : .relu, padding: .same))
      channels = units
    }
  }

  public var outputShape: Shape { inputShape }

  /// The transform's parameters at each pixel, as rows.
  private func parameters<Value: TensorAlgebra>(_ x: Value, _ condition: Value?) -> Value {
    var value = x.half(changes.other)
    let (batch, height, width) = (x.shape[0], x.shape[1], x.shape[2])
    if let condition {
      let planes = condition.reshaped([batch, 1, 1, conditions])
      value = Value.concatenate(
        [value, planes.broadcast(to: [batch, height, width, conditions])], axis: -1)
    }
    for layer in layers { value = layer(value) }
    return value.reshaped([batch * height * width, value.shape[3]])
  }

  private func map<Value: TensorAlgebra>(
    _ x: Value, _ condition: Value?, isInverse: Bool
  ) -> Mapped<Value> {
    require(x.shape, isBatchOf: inputShape)
    let (batch, pixels) = (x.shape[0], inputShape[0] * inputShape[1])
    let mapped = x.reshaped([batch * pixels, inputShape[2]]).transformed(
      columns: changes.range(of: inputShape[2]), by: transform, parameters: parameters(x, condition),
      isInverse: isInverse)
    return Mapped(
      mapped.value.reshaped(x.shape),
      logDeterminant: mapped.logDeterminant.reshaped([batch, pixels]).sum(axes: [1]))
  }

  public func forward<Value: TensorAlgebra>(
    _ x: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> { map(x, condition, isInverse: false) }

  public func inverse<Value: TensorAlgebra>(
    _ y: Value, condition: Value?, _ context: Context
  ) -> Mapped<Value> { map(y, condition, isInverse: true) }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    for index in layers.indices { visitor.visit("network.\(index)", &layers[index]) }
  }
}
