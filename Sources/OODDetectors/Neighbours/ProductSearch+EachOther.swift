import CKernels
import GenModels

extension ProductSearch {
  /// Memory for the candidates of all points at once, above which each point is searched for on its own.
  private static let largestListBytes = 256 << 20

  /// Whether the candidates of all points fit into memory at once.
  func holdsAllLists(needed: Int) -> Bool {
    points.rows * (3 * needed + 96) * 12 <= Self.largestListBytes
  }

  /// As `visitNearest` for the points themselves, at half the cost: each product −x·y serves x and y.
  ///
  /// Blocks of the product's upper triangle are computed in any order, so which points are ruled out early
  /// depends on chance; the nearest are among the candidates in any case, so what is found does not.
  func visitNearestToEachOther(
    needed: Int, _ visit: @Sendable (Int, UnsafeBufferPointer<Int32>) -> Void
  ) {
    let groups = whole.groups
    let lists = (0..<groups).map { GroupLists(whole.rows(of: $0)) }
    parallelFor(groups, grain: 1) { range in
      for group in range {
        let compared = ComparedRows(points, whole.rows(of: group), of: self)
        lists[group].update {
          $0 = compared.lists(needed: needed, productError: productError)
          leading?.lowerLimits(of: &$0, needed: needed, of: compared, in: self)
        }
      }
    }
    // The longest rows of the triangle first, each row cut so that no thread is left with much at the end.
    // Few numbers are compared in a quarter of the time.
    let width = leading == nil ? 8 : 32
    let pieces = (0..<groups).flatMap { row in
      stride(from: row, to: groups, by: width).map { (row, $0..<min(groups, $0 + width)) }
    }
    parallelFor(pieces.count, grain: 1) { range in
      for piece in range { self.compare(pieces[piece].0, with: pieces[piece].1, lists) }
    }
    parallelFor(groups, grain: 1) { range in
      for group in range { lists[group].visit(visit) }
    }
  }

  /// One group's points with those of some groups, itself or later ones.
  private func compare(_ group: Int, with others: Range<Int>, _ lists: [GroupLists]) {
    let compared = ComparedRows(points, whole.rows(of: group), of: self)
    // Some rows at a time, so that their products stay in the second-level cache.
    let strip = 192
    let products = Scratch<Float>(strip * PackedPoints.groupSize)
    for other in others {
      for start in stride(from: 0, to: compared.rows.count, by: strip) {
        let first = compared.rows.lowerBound + start
        let rows = first..<min(compared.rows.upperBound, first + strip)
        if let leading {
          leading.packed.multiply(
            compared.numbers.base + start * leading.packed.width, count: rows.count, group: other,
            into: products.base)
          if offerFew(leading, products.base, compared, rows, lists[group], lists[other]) { continue }
        }
        whole.multiply(
          compared.negated.base + start * points.columns, count: rows.count, group: other, into: products.base
        )
        offer(products.base, rows, lists[group], lists[other])
      }
    }
  }

  /// Offers some rows and the points of the other lists to each other, by their products.
  private func offer(
    _ products: UnsafePointer<Float>, _ rows: Range<Int>, _ rowLists: GroupLists, _ columnLists: GroupLists
  ) {
    let columns = columnLists.points
    let start = rows.lowerBound - rowLists.points.lowerBound
    rowLists.update { lists in
      let near = NearPairs(
        products, columns, offsets: whole.bounds[columns],
        limits: rows.indices.map { lists[$0 - rows.lowerBound + start].limit })
      near.forEachRow { place, _, found in
        lists[start + place].append(
          found, products + place * PackedPoints.groupSize, first: columns.lowerBound, offsets: whole.bounds,
          slacks: slacks)
      }
    }
    if rowLists === columnLists { return }
    columnLists.update { lists in
      let near = NearPairs(
        products, columns, offsets: lists.indices.map { -lists[$0].limit }[...],
        limits: rows.map { -whole.bounds[$0] })
      near.forEachRow { place, _, found in
        let (i, values) = (rows.lowerBound + place, products + place * PackedPoints.groupSize)
        for j in found {
          let column = Int(j) - columns.lowerBound
          lists[column].add(Int32(i), values[column] + whole.bounds[i], slack: slacks[i])
        }
      }
    }
  }

  /// As `offer`, by products of the leading numbers and whole products of the pairs that these leave. False, and nothing is offered,
  /// where that are many.
  private func offerFew(
    _ leading: LeadingProducts, _ products: UnsafePointer<Float>, _ compared: borrowing ComparedRows,
    _ rows: Range<Int>, _ rowLists: GroupLists, _ columnLists: GroupLists
  ) -> Bool {
    let columns = columnLists.points
    let start = rows.lowerBound - rowLists.points.lowerBound
    func limits(_ lists: GroupLists) -> [Float] {
      lists.update { leading.limits($0, leading.margins[lists.points]) }
    }
    let near = NearPairs(
      products, columns, offsets: leading.packed.bounds[columns],
      limits: Array(limits(rowLists)[start..<start + rows.count]))
    let turned = NearPairs(
      products, columns, offsets: limits(columnLists).map { -$0 }[...],
      limits: rows.map { -leading.packed.bounds[$0] })
    guard LeadingProducts.areFew(max(near.count, turned.count), of: rows.count * columns.count) else {
      return false
    }
    let values = wholeProducts(near, compared, from: start)
    rowLists.update { lists in
      values.withUnsafeBufferPointer { values in
        near.forEachRow { place, first, found in
          lists[start + place].append(
            found, values.baseAddress! + first, offsets: whole.bounds, slacks: slacks)
        }
      }
    }
    if rowLists === columnLists { return true }
    let turnedValues = wholeProducts(turned, compared, from: start)
    columnLists.update { lists in
      turned.forEachRow { place, first, found in
        let i = rows.lowerBound + place
        for (at, j) in found.enumerated() {
          lists[Int(j) - columns.lowerBound].add(
            Int32(i), turnedValues[first + at] + whole.bounds[i], slack: slacks[i])
        }
      }
    }
    return true
  }

  private func wholeProducts(
    _ pairs: NearPairs, _ compared: borrowing ComparedRows, from start: Int
  ) -> [Float] {
    let negated = compared.negated.base + start * points.columns
    return [Float](unsafeUninitializedCapacity: pairs.count) { values, count in
      pairs.forEachRow { place, first, found in
        whole.multiply(negated + place * points.columns, with: found, into: values.baseAddress! + first)
      }
      count = pairs.count
    }
  }
}
