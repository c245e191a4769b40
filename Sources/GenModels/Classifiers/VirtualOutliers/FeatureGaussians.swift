#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A Gaussian of each class's features, with one covariance for all, that follows a network in training.
public struct FeatureGaussians: Parameterized {
  /// The classes' means, `[classes, features]`.
  public private(set) var mean: RunningState
  /// The covariance around them, `[features, features]`.
  public private(set) var covariance: RunningState
  /// Examples of each class seen, up to the memory, `[classes]`.
  private var count: RunningState
  /// Steps of training, `[1]`.
  private var step: RunningState

  init(features: Int, classes: Int, _ tensors: TensorSource) throws(ModelFileError) {
    mean = RunningState(try tensors.constant("mean", [classes, features], 0))
    covariance = RunningState(try tensors.constant("covariance", [features, features], 0))
    count = RunningState(try tensors.constant("count", [classes], 0))
    step = RunningState(try tensors.constant("step", [1], 0))
  }

  public mutating func visitParameters(with visitor: ParameterVisitor) {
    visitor.visit("mean", &mean)
    visitor.visit("covariance", &covariance)
    visitor.visit("count", &count)
    visitor.visit("step", &step)
  }

  /// Steps of training that these have followed.
  var steps: Float { step.tensor.elements[0] }

  /// These after a batch of features `[batch, features]`, which the model keeps after the step.
  func following(_ features: Tensor, labels: Indexes, memory: Int, _ context: Context) -> FeatureGaussians {
    var next = self
    let classes = mean.tensor.shape[0]
    let members = Tensor.oneHot(labels, classes: classes)
    let arrived = members.sum(axes: [0])
    let total = (count.tensor + arrived).minimum(with: Tensor(Float(memory)))
    // 0 for classes that the batch does not have.
    let rate = (arrived / total.maximum(with: Tensor(1))).minimum(with: Tensor(1))
    let sums = members.matrixProduct(features, transposingSelf: true)
    let batchMean = sums / arrived.maximum(with: Tensor(1)).reshaped([classes, 1])
    next.mean.tensor = mean.tensor + (batchMean - mean.tensor) * rate.reshaped([classes, 1])
    next.count.tensor = total
    let deviations = features - next.mean.tensor.rows(labels)
    let rows = Float(features.shape[0])
    let share = min(1, rows / max(1, total.sum().scalar))
    let batchCovariance = deviations.matrixProduct(deviations, transposingSelf: true) * (1 / rows)
    next.covariance.tensor = covariance.tensor + (batchCovariance - covariance.tensor) * share
    next.step.tensor = step.tensor + 1
    context.update(mean, to: next.mean.tensor)
    context.update(covariance, to: next.covariance.tensor)
    context.update(count, to: next.count.tensor)
    context.update(step, to: next.step.tensor)
    return next
  }

  /// The least likely of `candidates` draws, several times for each class that has been seen, `[draws, features]`.
  ///
  /// A draw's density falls with its length ‖z‖ in the coordinates where the covariance is the identity, and lengths do not depend on
  /// directions. So the least likely of n draws has a uniform direction and the largest of n lengths of the χ law, F⁻¹(u^(1/n)),
  /// and takes as long as one draw.
  func rareDraws(_ synthesis: VirtualOutlierSynthesis, using random: inout RandomGenerator) throws -> Tensor {
    let features = mean.tensor.shape[1]
    let seen = count.tensor.elements.enumerated().filter { $1 > 0 }.map(\.offset)
    let classes = seen.flatMap { Array(repeating: $0, count: synthesis.outliersPerClass) }
    guard !classes.isEmpty else { return .zeros([0, features]) }
    let lengths = ChiDistribution(dimensions: features)
    let radii = classes.map { _ -> Double in
      let level = pow(random.uniformDouble(), 1 / Double(synthesis.candidates))
      return lengths.quantile(min(max(level, 0x1p-53), 1 - 0x1p-53))
    }
    let directions = random.normal([classes.count, features]).withRowLengths(radii)
    let factor = try Cholesky(regularizedCovariance).factor
    let root = Tensor(factor.copiedElements().map { Float($0) }, shape: [features, features])
    return mean.tensor.rows(Indexes(classes)) + directions.matrixProduct(root, transposingOther: true)
  }

  /// The covariance with a ten-thousandth of its mean variance on the diagonal, for features that never move.
  private var regularizedCovariance: Matrix {
    let features = covariance.tensor.shape[0]
    var elements = covariance.tensor.elements.map { Double($0) }
    let diagonal = (0..<features).map { elements[$0 * features + $0] }
    let least = max(1e-4 * diagonal.reduce(0, +) / Double(features), 1e-12)
    for i in 0..<features { elements[i * features + i] += least }
    return Matrix(rows: features, columns: features, elements: elements)
  }
}
