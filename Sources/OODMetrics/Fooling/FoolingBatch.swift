import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Trials of one attack that go through the classifier together. No trial knows of the others: each has its own random numbers.
struct FoolingBatch<Target: ClaimingClassifier> {
  let attack: FoolingAttack
  let classifier: Target
  let wanted: [Int]
  let thresholds: [Double]
  private(set) var trials: [FoolingTrial]

  private let random: [RandomGenerator]
  private let width: Int
  /// What is descended over: sums of the generator, or pixels. A row a trial.
  private var numbers: [Float]
  /// What a step is multiplied by, for each trial.
  private var factors: [Double]
  private var state: DescentState
  /// Steps of the running start, and which start it is.
  private var steps: [Int]
  private var starts: [Int]
  /// Trials that still run.
  private var running: [Int]

  init(
    attack: FoolingAttack, classifier: Target, wanted: [Int], thresholds: [Double], random: [RandomGenerator]
  ) {
    self.attack = attack
    self.classifier = classifier
    self.wanted = wanted
    self.thresholds = thresholds
    self.random = random
    width = classifier.exampleShape.elementCount
    trials = wanted.map { FoolingTrial(wanted: $0, thresholds: thresholds) }
    numbers = [Float](repeating: 0, count: wanted.count * width)
    factors = [Double](repeating: 1, count: wanted.count)
    state = DescentState(rows: wanted.count, width: width)
    steps = wanted.map { _ in 0 }
    starts = steps
    running = Array(wanted.indices)
    for trial in wanted.indices { begin(trial) }
  }

  var isRunning: Bool { !running.isEmpty }

  var doneCount: Int { wanted.count - running.count }

  /// Draws where a start begins.
  private mutating func begin(_ trial: Int) {
    var random = random[trial].split("start").split(UInt64(starts[trial]))
    let first: [Float]
    switch attack.source {
    case .pixels: first = random.uniform([width]).elements
    case .generator:
      let input = random.uniform([1, width])
      let layer = Dense(inputs: width, outputs: width, using: &random)
      first = layer(input).elements
      let z = input.elements.map(Double.init)
      switch attack.descent {
      case .gradientDescent: factors[trial] = z.reduce(1) { $0 + $1 * $1 }
      case .adam: factors[trial] = z.reduce(1) { $0 + abs($1) }
      }
    }
    numbers.replaceSubrange(trial * width..<(trial + 1) * width, with: first)
    if starts[trial] > 0 { state.clear(trial) }
    steps[trial] = 0
  }

  /// Looks at the claims of all running trials, and moves those that go on.
  mutating func step() {
    let rows = running
    let values = Tensor(shape: [rows.count, width]) { values in
      for (place, trial) in rows.enumerated() {
        for i in 0..<width { values[place * width + i] = numbers[trial * width + i] }
      }
    }
    let shape = Shape([rows.count] + Array(classifier.exampleShape))
    let picked = Tensor.oneHot(Indexes(rows.map { wanted[$0] }), classes: classifier.classCount)
    var images = values
    var claims = picked
    let (source, classifier) = (attack.source, classifier)
    let slope = gradient(at: values) { values in
      let x = (source == .generator ? values.sigmoid() : values).reshaped(shape)
      let logClaims = classifier.logClaims(x)
      (images, claims) = (x.tensor, logClaims.tensor)
      return -(logClaims * picked).sum()
    }
    slope.withUnsafeElements { slope in
      for (place, trial) in rows.enumerated() {
        let claim = exp(Double(claims[place, wanted[trial]]))
        trials[trial].note(
          claim: claim, steps: starts[trial] * attack.stepLimit + steps[trial],
          image: { images.sliced(axis: 0, place..<place + 1).reshaped(classifier.exampleShape) })
        if trials[trial].hasReachedAll
          || (steps[trial] == attack.stepLimit && starts[trial] + 1 == attack.starts)
        {
          running.removeAll { $0 == trial }
        } else if steps[trial] == attack.stepLimit {
          starts[trial] += 1
          begin(trial)
        } else {
          move(trial, slope.baseAddress! + place * width)
        }
      }
    }
  }

  private mutating func move(_ trial: Int, _ slope: UnsafePointer<Float>) {
    steps[trial] += 1
    let (step, descent, factor, width, clips) = (
      steps[trial], attack.descent, factors[trial], width, attack.source == .pixels
    )
    // A gradient that is not finite leads nowhere; the trial waits for its last step.
    guard (0..<width).allSatisfy({ slope[$0].isFinite }) else { return }
    numbers.withUnsafeMutableBufferPointer { numbers in
      let row = numbers.baseAddress! + trial * width
      state.move(row, gradient: slope, row: trial, step: step, descent: descent, factor: factor)
      if clips { for i in 0..<width { row[i] = min(1, max(0, row[i])) } }
    }
  }
}
