import GenModels

/// Throws unless all numbers of examples, which were finite themselves, are finite.
func requireNoOverflow(_ numbers: [Double]) throws(ExampleError) {
  if let example = numbers.firstIndex(where: { !$0.isFinite }) { throw .overflow(example: example) }
}
