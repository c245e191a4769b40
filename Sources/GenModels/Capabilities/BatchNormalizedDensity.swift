/// A density model with batch normalization inside, which can be asked for its log-density as in training: normalised by the
/// batch's own mean and variance instead of the running averages.
public protocol BatchNormalizedDensity: DensityModel where Examples == Tensor {
  /// Whether the model normalises anything by the batch. Where it does not, its log-densities in training are those in use.
  var hasBatchNormalization: Bool { get }

  /// ln p of each example of a batch in training mode, in nats. **It depends on the whole batch.** Running averages stay as they
  /// are, and nothing is random.
  func logDensityInTraining(_ x: Tensor) throws -> [Double]
}
