extension Flow {
  /// Examples at stated radii of the base: extremal sampling. Directions are uniform on the sphere.
  ///
  /// ```swift
  /// let rare = try flow.extremalDraws(count: 64, radius: .deviations(4), using: &random)
  /// rare.examples                      // four standard deviations farther out than usual draws
  /// ```
  ///
  /// - Parameters:
  ///   - count: Number of draws.
  ///   - radius: The law of radii.
  ///   - labels: The class of each, for a flow with classes; drawn where nil.
  ///   - random: What the draws come from.
  /// - Throws: `OutlierGenerationError` when the base is no Gaussian, for a law that gives no radius, and where the flow has no finite
  ///   example so far out.
  public func extremalDraws(
    count: Int, radius: RadiusLaw, labels: Indexes? = nil, using random: inout RandomGenerator
  ) throws -> ExtremalDraws {
    precondition(count >= 0, "There are no \(count) examples to draw.")
    try labels?.requireLabels(classes: classCount, examples: count)
    let classes = labels ?? classCount.map { random.integers(count, below: $0) }
    let radii = try radius.radii(count: count, dimensions: features, using: &random)
    let directions = random.normal([count, features])
    let points = directions.withRowLengths(radii)
    guard let latents = base.vectors(fromStandardNormal: points, labels: base.hasClasses ? classes : nil)
    else {
      throw OutlierGenerationError.baseIsNotGaussian(base: "\(type(of: base))")
    }
    let x = examples(from: latents, labels: classes)
    if let position = x.firstNonFinite {
      let draw = position / max(1, features)
      throw OutlierGenerationError.overflow(draw: draw, radius: radii[draw])
    }
    let lengths = ChiDistribution(dimensions: features)
    return ExtremalDraws(
      examples: x, labels: classes, latents: latents, radii: radii,
      deviations: radii.map { ($0 - lengths.mean) / lengths.standardDeviation })
  }

  /// ‖f(x) − z‖ / ‖z‖ of each draw: how well the flow finds the point again from the example. Exact arithmetic has 0; far out, where
  /// couplings stretch, 32 bits have more. Cost: a log-density of the draws.
  public func inversionErrors(of draws: ExtremalDraws) -> [Double] {
    pieces(of: draws.examples.shape[0]).flatMap { rows in
      let found = latent(
        of: draws.examples.sliced(axis: 0, rows),
        labels: draws.labels.map { Indexes(Array($0.elements[rows])) }
      ).value
      let distances = ReconstructionNorm.l2.distances(found, draws.latents.sliced(axis: 0, rows)).elements
      return zip(distances, rows).map { Double($0) / max(draws.radii[$1], .leastNormalMagnitude) }
    }
  }

  /// The distance of each example's point from the middle of the base: ‖f(x)‖, standardized by the class's Gaussian where there are
  /// classes. For examples like those that the flow was trained on it follows `ChiDistribution(dimensions: features)`.
  ///
  /// - Parameters:
  ///   - x: `[examples] + exampleShape`.
  ///   - labels: The class of each example, for a flow with classes.
  /// - Throws: `ExampleError` as `logDensity`; `OutlierGenerationError.baseIsNotGaussian`.
  public func radii(of x: Tensor, labels: Indexes? = nil) throws -> [Double] {
    if let classes = classCount, labels == nil { throw ExampleError.labelsMissing(classes: classes) }
    try check(x)
    try labels?.requireLabels(classes: classCount, examples: x.exampleCount)
    var found: [Double] = []
    for rows in pieces(of: x.shape[0]) {
      let labels = labels.map { Indexes(Array($0.elements[rows])) }
      let z = latent(of: x.sliced(axis: 0, rows), labels: labels).value
      guard let standard = base.standardNormal(from: z, labels: base.hasClasses ? labels : nil) else {
        throw OutlierGenerationError.baseIsNotGaussian(base: "\(type(of: base))")
      }
      found += standard.rowLengths
    }
    return found
  }
}

extension Tensor {
  /// ‖·‖ of each row of a matrix, summed in double precision.
  var rowLengths: [Double] {
    let (rows, columns) = matrixExtents
    return withUnsafeElements { elements in
      (0..<rows).map { i in
        var square = 0.0
        for j in 0..<columns {
          let value = Double(elements[i * columns + j])
          square += value * value
        }
        return square.squareRoot()
      }
    }
  }

  /// Rows in the same directions with those lengths.
  func withRowLengths(_ lengths: [Double]) -> Tensor {
    let factors = zip(lengths, rowLengths).map { Float($0 / max($1, Double.leastNormalMagnitude)) }
    return self * Tensor(factors, shape: [factors.count, 1])
  }
}
