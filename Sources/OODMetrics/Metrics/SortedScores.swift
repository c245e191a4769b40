import CKernels
import GenModels

/// Scores as sorted 64-bit keys, by class: class 0 first, then class 1, each in buckets of growing keys.
///
/// A few linear passes on all threads: extremes, counts for each bucket, distribution to buckets, then a
/// radix sort of each bucket, which lies in the cache. Integers throughout, so the result is exact.
final class SortedScores: @unchecked Sendable {
  /// Keys of class 0 in `[0, boundary)`, of class 1 in `[boundary, count)`.
  let keys: UnsafeMutablePointer<UInt64>
  let count: Int
  let boundary: Int
  /// Where the buckets of each class begin: `starts[class * buckets + bucket]`, and `count` at the end.
  let starts: [Int]

  static let buckets = Int(ood_sort_buckets)
  /// Scores that one thread works on at a time.
  private static let grain = 1 << 17

  /// Sorts the scores; `classes` holds 0 or 1 for each, or is nil when all are of class 0.
  init(
    _ scores: UnsafeBufferPointer<Double>, classes: UnsafePointer<UInt8>?
  ) throws(MetricError) {
    let n = scores.count
    count = n
    keys = ood_buffer_allocate(max(1, n) * 8).bindMemory(to: UInt64.self, capacity: max(1, n))
    let chunks = (n + Self.grain - 1) / Self.grain
    nonisolated(unsafe) let (x, labels, keys) = (scores.baseAddress, classes, keys)
    let range = { @Sendable (chunk: Int) in chunk * Self.grain..<min(n, (chunk + 1) * Self.grain) }

    // Extremes.
    var lowest = [UInt64](repeating: .max, count: chunks)
    var highest = [UInt64](repeating: 0, count: chunks)
    var bad = [Int](repeating: n, count: chunks)
    lowest.withUnsafeMutableBufferPointer { lowest in
      highest.withUnsafeMutableBufferPointer { highest in
        bad.withUnsafeMutableBufferPointer { bad in
          nonisolated(unsafe) let (lowest, highest, bad) = (lowest, highest, bad)
          forEachChunk(chunks) { chunk in
            let r = range(chunk)
            let position = ood_active_kernels().pointee.sort.bounds(
              x! + r.lowerBound, r.count, &lowest[chunk], &highest[chunk])
            if position < r.count { bad[chunk] = r.lowerBound + position }
          }
        }
      }
    }
    let low = lowest.min() ?? 0
    let span = n == 0 ? 0 : highest.max()! - low
    // The smallest shift that leaves a bucket's number.
    let shift = Int32(max(0, 64 - span.leadingZeroBitCount - Self.buckets.trailingZeroBitCount))

    // Counts, chunk by chunk, become places.
    let slots = 2 * Self.buckets
    var places = [Int](repeating: 0, count: bad.allSatisfy { $0 == n } ? chunks * slots : 0)
    var starts = [Int](repeating: 0, count: slots + 1)
    if let position = bad.first(where: { $0 < n }) {
      boundary = 0
      self.starts = starts
      throw .notFinite(position: position)
    }
    places.withUnsafeMutableBufferPointer { places in
      nonisolated(unsafe) let places = places.baseAddress
      forEachChunk(chunks) { chunk in
        let r = range(chunk)
        ood_active_kernels().pointee.sort.bucket_counts(
          x! + r.lowerBound, labels.map { $0 + r.lowerBound }, r.count, low, shift, places! + chunk * slots)
      }
      var place = 0
      for slot in 0..<slots {
        starts[slot] = place
        for chunk in 0..<chunks {
          let counted = places![chunk * slots + slot]
          places![chunk * slots + slot] = place
          place += counted
        }
      }
      starts[slots] = place
      forEachChunk(chunks) { chunk in
        let r = range(chunk)
        ood_active_kernels().pointee.sort.bucket_scatter(
          x! + r.lowerBound, labels.map { $0 + r.lowerBound }, r.count, low, shift, places! + chunk * slots,
          keys)
      }
    }
    self.starts = starts
    boundary = starts[Self.buckets]

    let bounds = starts
    forEachChunk(slots) { slot in
      let size = bounds[slot + 1] - bounds[slot]
      guard size > 1 else { return }
      let scratch = ood_buffer_allocate(size * 8)
      ood_active_kernels().pointee.sort.sort_keys(
        keys + bounds[slot], scratch.bindMemory(to: UInt64.self, capacity: size), size)
      ood_buffer_release(scratch, size * 8)
    }
  }

  deinit { ood_buffer_release(keys, max(1, count) * 8) }

  /// 2 #{pairs with the member of class 1 above} + #{pairs of equal members}, over all pairs of a member of
  /// class 1 and one of class 0: twice the statistic U of Mann and Whitney.
  var twiceOrderedPairs: UInt64 {
    var pairs = [UInt64](repeating: 0, count: Self.buckets)
    pairs.withUnsafeMutableBufferPointer { pairs in
      nonisolated(unsafe) let pairs = pairs
      let starts = starts
      nonisolated(unsafe) let keys = keys
      forEachChunk(Self.buckets) { bucket in
        let (a, b) = (starts[Self.buckets + bucket], starts[bucket])
        let (m, n) = (starts[Self.buckets + bucket + 1] - a, starts[bucket + 1] - b)
        guard m > 0 else { return }
        // All of class 0 in buckets before this one lie below.
        pairs[bucket] =
          2 * UInt64(m) * UInt64(b)
          + ood_active_kernels().pointee.sort.ordered_pairs(keys + a, m, keys + b, n)
      }
    }
    return pairs.reduce(0, +)
  }
}

/// Calls `body` for 0..<count on all threads, one at a time.
private func forEachChunk(_ count: Int, _ body: @Sendable (Int) -> Void) {
  parallelFor(count, grain: 1) { range in for i in range { body(i) } }
}
