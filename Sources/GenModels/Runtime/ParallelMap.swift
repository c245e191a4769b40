/// The results of `body` for 0..<count, in order, computed on several threads.
package func parallelMap<Result: Sendable>(_ count: Int, _ body: @Sendable (Int) -> Result) -> [Result] {
  let results = UnsafeMutablePointer<Result?>.allocate(capacity: max(1, count))
  results.initialize(repeating: nil, count: count)
  defer {
    results.deinitialize(count: count)
    results.deallocate()
  }
  nonisolated(unsafe) let places = results
  parallelFor(count, grain: 1) { range in
    for i in range { places[i] = body(i) }
  }
  return (0..<count).map { results[$0]! }
}
