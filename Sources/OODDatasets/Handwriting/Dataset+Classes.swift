import GenModels

extension Dataset {
  /// The examples of the classes that have at least that many, in their order. The kept classes are numbered from 0 in the
  /// order of their old labels; their names stay with them.
  /// - Throws: `SymbolPreparationError`, when there are no labels or no class is large enough.
  public func keepingClasses(withAtLeast minimum: Int) throws(SymbolPreparationError) -> Dataset {
    guard let labels, let counts = classCounts else { throw .noLabels(name: name) }
    let kept = counts.indices.filter { counts[$0] > 0 && counts[$0] >= minimum }
    guard !kept.isEmpty else {
      throw .noClass(name: name, minimum: minimum, largest: counts.max() ?? 0)
    }
    let chosen = selecting(classes: Set(kept))
    var numbers = [Int](repeating: -1, count: counts.count)
    for (number, label) in kept.enumerated() { numbers[label] = number }
    var renumbered = Dataset(
      name: name, summary: summary, examples: chosen.examples,
      labels: Indexes(labels.elements.compactMap { $0 >= 0 && numbers[$0] >= 0 ? numbers[$0] : nil }),
      classNames: classNames.map { names in kept.map { names[$0] } }, columnNames: columnNames)
    renumbered.takeOrigin(of: chosen, positions: [Int]?.none)
    return renumbered
  }
}
