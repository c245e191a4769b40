/// A model that can be drawn from.
public protocol Sampler<Examples>: ExampleReader {
  // Declared again, so that it follows from what a conforming type writes.
  associatedtype Examples

  /// Independent draws. The same generator gives the same bits, whatever the number of threads.
  func sample(count: Int, using random: inout RandomGenerator) -> Examples
}
