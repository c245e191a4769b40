import GenModels
import OODDetectors
import OODMetrics

// MARK: Clustering

private func clusterScorerExample(train: Matrix) throws {
  let scorer = try ClusterScorer(fitting: train, clusters: 8, rule: .localOutlierFactor())
}

// MARK: Covariance

private func mahalanobisExample(train: Matrix, m: [Double], s: Matrix) throws {
  let scorer = try Mahalanobis(fitting: train)
  let robust = try Mahalanobis(fitting: train, covariance: .minimumDeterminant())
  let custom = try Mahalanobis(Moments(mean: m, covariance: s))
}

// MARK: Forests

private func isolationForestExample(table: Matrix, newRows: Matrix) throws {
  let forest = try IsolationForest(fitting: table, using: RandomGenerator(seed: 1))
  let scores = try forest.score(newRows)
}

// MARK: Merging

private func mergeableDetectorExample(left: Matrix, right: Matrix) throws {
  let settings = Mahalanobis.PartSettings(shrinks: true)
  let first = try DetectorPart<Mahalanobis>(of: left, shard: Shard(1, of: 2)!, settings: settings)
  let second = try DetectorPart<Mahalanobis>(of: right, shard: Shard(2, of: 2)!, settings: settings)
  let detector = try first.merging(second).detector()
}

// MARK: Neighbours

private func nearestNeighboursExample(train: Matrix, test: Matrix) throws {
  let scorer = try NearestNeighbours(fitting: train, neighbours: 5, distance: .largest)
  let scores = try scorer.score(test)
}

private func neighbourIndexExample(table: Matrix, newRows: Matrix) throws {
  let index = try NeighbourIndex(table)
  let lists = try index.nearest(5, to: newRows)
  let graph = try index.nearestToEachOther(5)
}

// MARK: OneClassSVM

private func oneClassSVMExample(train: Matrix, test: Matrix) throws {
  let machine = try OneClassSVM(fitting: train, nu: 0.05)
  let outside = try machine.score(test).map { $0 > 0 }
}

// MARK: Preparation

private func preparedScorerExample(table: Matrix) throws {
  let scorer = try PreparedScorer(fitting: table, standardizes: true) { try NearestNeighbours(fitting: $0) }
}

private func imputedScorerExample(table: Matrix) throws {
  let imputer = try MissingDataAutoencoder.train(.init(columns: 8), on: table, trainer: Trainer(epochs: 100))
    .model
  let scorer = try ImputedScorer(fitting: table, imputer: imputer) { try ECOD(fitting: $0) }
}

private func tablePreparationExample(table: Matrix) throws {
  var settings = TablePreparation.Settings()
  settings.imputation = .median
  settings.scaling = .robust
  let preparation = try TablePreparation(fitting: table, settings: settings)
  let prepared = try preparation(table)
}

// MARK: Articles

private func fitDetector(table: Matrix, newRows: Matrix) throws {
  let forest = try IsolationForest(fitting: table, using: RandomGenerator(seed: 1))
  let scores = try forest.score(newRows)
}

private func prepareColumns(table: Matrix) throws {
  let scorer = try PreparedScorer(fitting: table, standardizes: true) {
    try NearestNeighbours(fitting: $0, neighbours: 5)
  }
  try scorer.save(to: "neighbours.safetensors")
}

private func blameColumns(table: Matrix, newRows: Matrix) throws {
  let contributions = try ECOD(fitting: table).contributions(newRows)
}

private func mixedIsolationForestExample(table: Matrix, newRows: Matrix) throws {
  // Column 1 holds positions among names; NaN is a gap anywhere.
  let forest = try MixedIsolationForest(fitting: table, categories: [1], using: RandomGenerator(seed: 1))
  let scores = try forest.score(newRows)
}

// MARK: Support vectors

private func classwiseOneClassSVMExample(rows: Matrix, labels: Indexes) throws {
  let machines = try ClasswiseOneClassSVM(fitting: rows, labels: labels, nu: 0.1)
}

private func supportVectorClassifierExample(rows: Matrix, labels: Indexes, new: Matrix) throws {
  let machines = try SupportVectorClassifier(fitting: rows, labels: labels, kernel: .radial(), cost: 10)
  try machines.decide(new)
}

private func supportVectorMachineExample(rows: Matrix, labels: [Int], new: Matrix) throws {
  let machine = try SupportVectorMachine(fitting: rows, isPositive: labels.map { $0 == 3 })
  let isThree = try machine.decisionValues(new).map { $0 > 0 }
}
