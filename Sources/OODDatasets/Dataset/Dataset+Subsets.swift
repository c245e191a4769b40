import GenModels

extension Dataset {
  /// The examples at these positions, in this order; positions may repeat. Traps when one lies outside.
  public func selecting(_ positions: some Collection<Int>) -> Dataset {
    let width = exampleShape.elementCount
    for position in positions {
      precondition(position >= 0 && position < count, "There is no example \(position) among \(count).")
    }
    let chosen = Tensor(shape: Shape([positions.count] + exampleShape)) { destination in
      examples.withUnsafeElements { source in
        guard width > 0, let from = source.baseAddress, let to = destination.baseAddress else { return }
        for (row, position) in positions.enumerated() {
          (to + row * width).initialize(from: from + position * width, count: width)
        }
      }
    }
    let chosenLabels = labels.map { labels in
      Indexes(shape: [positions.count]) { destination in
        labels.withUnsafeElements { source in
          for (row, position) in positions.enumerated() { destination[row] = source[position] }
        }
      }
    }
    var subset = Dataset(
      name: name, summary: summary, examples: chosen, labels: chosenLabels, classNames: classNames,
      columnNames: columnNames)
    subset.takeOrigin(of: self, positions: positions)
    return subset
  }

  /// The examples of a range of positions. Traps when it reaches outside.
  public subscript(range: Range<Int>) -> Dataset { selecting(range) }

  /// The examples whose label is among `classes`, in their order; labels keep their numbers.
  /// Traps when the data set has no labels.
  public func selecting(classes: Set<Int>) -> Dataset {
    selecting(positions { classes.contains($0) })
  }

  /// The examples whose label is not among `classes`. Traps when the data set has no labels.
  public func excluding(classes: Set<Int>) -> Dataset {
    selecting(positions { !classes.contains($0) })
  }

  private func positions(where keeps: (Int) -> Bool) -> [Int] {
    guard let labels else { preconditionFailure("\(name) has no labels to select classes by.") }
    return labels.withUnsafeElements { labels in labels.indices.filter { keeps(Int(labels[$0])) } }
  }

  /// All examples in a random order that depends on `seed` and their number only.
  public func shuffled(seed: UInt64) -> Dataset {
    selecting(Dataset.shuffledPositions(count: count, seed: seed))
  }

  /// The order of `shuffled`.
  static func shuffledPositions(count: Int, seed: UInt64) -> [Int] {
    var generator = RandomGenerator(seed: seed).split("Dataset.shuffled")
    return generator.permutation(count).elements
  }

  /// The first `position` examples, and the others. Traps when there are fewer.
  public func split(at position: Int) -> (Dataset, Dataset) {
    precondition(position >= 0 && position <= count, "\(count) examples can't be split at \(position).")
    return (self[0..<position], self[position..<count])
  }

  /// Number of examples of each class, as many as there are names, or up to the largest label. Nil without
  /// labels.
  public var classCounts: [Int]? {
    labels?.withUnsafeElements { labels in
      var counts = [Int](repeating: 0, count: max(classNames?.count ?? 0, Int(labels.max() ?? -1) + 1))
      for label in labels where label >= 0 { counts[Int(label)] += 1 }
      return counts
    }
  }
}
