import CKernels

/// The fit of a Gaussian mixture. Rows pass once an iteration: a piece's responsibilities are computed and at
/// once summed into moments about the last means, from which the moments about the new means follow.
struct ExpectationMaximization: Sendable {
  private let x: Matrix
  private let shape: CovarianceShape
  private let settings: GaussianMixture.Settings
  /// What is added to the variance of each column.
  private let floors: [Double]
  /// What every component's weight is raised by, so that an empty one has a mean.
  private static let leastCount = 10 * 0x1p-52

  /// The weight, in rows, from which on a component has a mean of its own.
  private static let leastWeight = 1e-8

  /// Columns up to which full covariances are fitted to fewer rows than columns: their factors cost the third power.
  private static let mostColumnsBeyondRows = 2_000

  init(
    _ x: Matrix, components: Int, shape: CovarianceShape, settings: GaussianMixture.Settings
  ) throws(TableError) {
    // Covariances, their factors and partial sums.
    let (columns, parts) = (Double(x.columns), Double(components) * (4 + Double(min(64, x.rows / 512 + 1))))
    guard shape.isDiagonal || x.rows >= x.columns || x.columns <= Self.mostColumnsBeyondRows else {
      throw .invalidSetting(
        name: "covariance", value: shape.rawValue,
        expected: "diagonal or spherical where \(x.rows) rows have \(x.columns) columns, "
          + "or principal components in their place: a \(shape.rawValue) covariance would have \(x.columns)² numbers"
      )
    }
    try checkMemory(
      numbers: parts * columns * (shape.isDiagonal ? 1 : columns),
      for: "the covariances of \(components) components in \(x.columns) columns")
    floors = settings.varianceFloors(of: x, shape)
    self.x = x
    self.shape = shape
    self.settings = settings
  }

  /// Sums over the rows, weighted with responsibilities: per component, the weight, and the first and second
  /// moments about given means.
  private struct Sums {
    var logLikelihood = 0.0
    var counts: [Double]
    var first: [[Double]]
    var second: [MixtureCovariance]
  }

  /// From clusters, whose weights, means (unless these are given) and covariances are the start.
  func run(labels: [Int], components: Int, means: Matrix?) throws -> GaussianMixture {
    // Moments about the mean of all rows, which every component starts with.
    let centre = x.columnMeans()
    let centres = Matrix(
      rows: components, columns: x.columns, elements: (0..<components).flatMap { _ in centre })
    let sums = sums(about: centres, components) { first, count, responsibilities in
      for j in 0..<components {
        for i in 0..<count {
          responsibilities[j * MixturePiece.rows + i] = labels[first + i] == j ? 1 : 0
        }
      }
      return 0
    }
    let start = try maximize(sums, centres, fit: nil)
    guard let means else { return try run(from: start) }
    return try run(
      from: GaussianMixture(
        weights: start.weights, means: means, covariances: start.storedCovariances, shape: shape, fit: nil))
  }

  func run(from start: GaussianMixture) throws -> GaussianMixture {
    var mixture = start
    var last = -Double.infinity
    for iteration in 1...max(1, settings.largestIterationCount) {
      let current = mixture
      let sums = sums(about: current.means, current.weights.count) { first, count, responsibilities in
        x.withUnsafeElements { elements in
          let piece = MixturePiece(components: current.components.count, dimensions: x.columns)
          piece.evaluate(elements.baseAddress! + first * x.columns, count, current.components)
          responsibilities.update(from: piece.logs.base, count: current.components.count * MixturePiece.rows)
          return (0..<count).reduce(0) { $0 + piece.logSums.base[$1] }
        }
      }
      let likelihood = sums.logLikelihood / Double(x.rows)
      guard likelihood.isFinite else { throw farthest }
      let converged = abs(likelihood - last) < settings.tolerance
      last = likelihood
      mixture = try maximize(
        sums, current.means,
        fit: GaussianMixture.Fit(iterations: iteration, converged: converged, meanLogLikelihood: likelihood))
      if converged { break }
    }
    return mixture
  }

  /// What is wrong when a row has the density 0: the entry of largest magnitude.
  private var farthest: TableError {
    let place = x.elements.indices.max { abs(x.elements[$0]) < abs(x.elements[$1]) }!
    return .tooLarge(row: place / x.columns, column: place % x.columns, value: x.elements[place])
  }

  /// Sums over all rows. `responsibilities` writes those of some rows, given their first row, number and
  /// destination, and returns the sum of their log-likelihoods.
  private func sums(
    about means: Matrix, _ components: Int,
    _ responsibilities: @Sendable (Int, Int, UnsafeMutablePointer<Double>) -> Double
  ) -> Sums {
    let (n, d) = (x.rows, x.columns)
    let kernels = ood_active_kernels().pointee.gaussian
    let (chunk, stride) = (chunkRows, kernels.scatter_stride(d))
    let chunks = (n + chunk - 1) / chunk
    let secondSize = shape.isDiagonal ? d : stride * stride
    let perComponent = 1 + d + secondSize
    let size = 1 + components * perComponent
    let partial = Scratch<Double>(chunks * size)
    nonisolated(unsafe) let base = partial.base
    base.update(repeating: 0, count: chunks * size)
    let meansOfComponents = (0..<components).map { means.row($0) }
    x.withUnsafeElements { elements in
      nonisolated(unsafe) let rows = elements.baseAddress!
      parallelFor(n, grain: chunk) { range in
        let to = base + range.lowerBound / chunk * size
        let shares = Scratch<Double>(components * MixturePiece.rows)
        let scratch = Scratch<Double>(shape.isDiagonal ? 0 : kernels.scatter_scratch(d))
        for first in Swift.stride(from: range.lowerBound, to: range.upperBound, by: MixturePiece.rows) {
          let count = min(MixturePiece.rows, range.upperBound - first)
          to[0] += responsibilities(first, count, shares.base)
          for j in 0..<components {
            let sums = to + 1 + j * perComponent
            let weights = shares.base + j * MixturePiece.rows
            sums[0] += kernels.weighted_sums(rows + first * d, count, d, weights, 1, sums + 1)
            if shape.isDiagonal {
              addSquares(rows + first * d, count, weights, meansOfComponents[j], sums + 1 + d)
            } else {
              kernels.scatter(
                rows + first * d, count, d, weights, 1, meansOfComponents[j], sums + 1 + d, scratch.base)
            }
          }
        }
      }
    }
    return collect(base, chunks, size, perComponent, components, stride)
  }

  /// Rows that are summed together, so that there are at most 64 partial sums.
  private var chunkRows: Int {
    max(
      MixturePiece.rows, ((x.rows + 63) / 64 + MixturePiece.rows - 1) / MixturePiece.rows * MixturePiece.rows)
  }

  private func addSquares(
    _ rows: UnsafePointer<Double>, _ count: Int, _ weights: UnsafePointer<Double>, _ mean: [Double],
    _ sums: UnsafeMutablePointer<Double>
  ) {
    let d = mean.count
    mean.withUnsafeBufferPointer { mean in
      for i in 0..<count where weights[i] != 0 {
        for k in 0..<d {
          let centred = rows[i * d + k] - mean[k]
          sums[k] += weights[i] * centred * centred
        }
      }
    }
  }

  private func collect(
    _ base: UnsafePointer<Double>, _ chunks: Int, _ size: Int, _ perComponent: Int, _ components: Int,
    _ stride: Int
  ) -> Sums {
    let d = x.columns
    func total(_ place: Int) -> Double { (0..<chunks).reduce(0) { $0 + base[$1 * size + place] } }
    var sums = Sums(counts: [], first: [], second: [])
    sums.logLikelihood = total(0)
    for j in 0..<components {
      let start = 1 + j * perComponent
      sums.counts.append(total(start))
      sums.first.append((0..<d).map { total(start + 1 + $0) })
      if shape.isDiagonal {
        sums.second.append(.diagonal((0..<d).map { total(start + 1 + d + $0) }))
        continue
      }
      var second = Matrix(rows: d, columns: d, repeating: 0)
      for a in 0..<d {
        for b in 0...a {
          second[a, b] = total(start + 1 + d + a * stride + b)
          second[b, a] = second[a, b]
        }
      }
      sums.second.append(.full(second))
    }
    return sums
  }

  /// The mixture with the moments of the rows: weights, means and covariances.
  private func maximize(_ sums: Sums, _ oldMeans: Matrix, fit: GaussianMixture.Fit?) throws -> GaussianMixture
  {
    let d = x.columns
    let counts = sums.counts.map { $0 + Self.leastCount }
    let total = counts.reduce(0, +)
    var means = Matrix(rows: counts.count, columns: d, repeating: 0)
    var covariances: [MixtureCovariance] = []
    var pooled: Matrix?
    for (j, count) in counts.enumerated() {
      // What no row belongs to stays where it was, as wide as all rows: an empty sum has no mean.
      guard sums.counts[j] >= Self.leastWeight else {
        for k in 0..<d { means[j, k] = oldMeans[j, k] }
        covariances.append(
          shape.isDiagonal
            ? .diagonal(ColumnMoments(x).deviations.map { $0 * $0 })
            : .full(Moments(of: x, weights: nil).covariance))
        continue
      }
      for k in 0..<d { means[j, k] = sums.first[j][k] / count }
      // The second moment about the new mean: that about the old one, less the shift's.
      var covariance = sums.second[j]
      let shift = (0..<d).map { means[j, $0] - oldMeans[j, $0] }
      covariance.add(-sums.counts[j], shift, shift)
      if shape == .tied { pooled = pooled.map { $0 + covariance.matrix } ?? covariance.matrix }
      covariances.append(covariance * (1 / count))
    }
    switch shape {
    case .full, .diagonal: break
    case .tied:
      let shared = (pooled ?? Matrix(rows: d, columns: d, repeating: 0)) * (1 / total)
      covariances = Array(repeating: .full(shared), count: counts.count)
    case .spherical:
      covariances = covariances.map {
        .diagonal(Array(repeating: $0.diagonal.reduce(0, +) / Double(d), count: d))
      }
    }
    for j in covariances.indices { covariances[j].addToDiagonal(floors) }
    return try GaussianMixture(
      weights: counts.map { $0 / total }, means: means, covariances: covariances, shape: shape, fit: fit)
  }
}
