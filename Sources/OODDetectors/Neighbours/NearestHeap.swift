import GenModels

/// The k nearest of the points offered so far, as a heap with the farthest on top. Points are ordered by
/// distance, then by row, so that what is kept does not depend on the order in which points are offered.
struct NearestHeap: ~Copyable {
  private let measures: UnsafeMutablePointer<Double>
  private let rows: UnsafeMutablePointer<Int32>
  private let capacity: Int
  private(set) var count = 0
  /// Distances that were computed for this heap and those before it.
  var measured = 0

  init(capacity: Int) {
    self.capacity = capacity
    measures = .allocate(capacity: capacity)
    rows = .allocate(capacity: capacity)
  }

  deinit {
    measures.deallocate()
    rows.deallocate()
  }

  /// The measure beyond which a point can't be among the nearest; infinite until there are k.
  var worst: Double { count < capacity ? .infinity : measures[0] }

  mutating func removeAll() { count = 0 }

  mutating func offer(_ measure: Double, _ row: Int32) {
    if count < capacity {
      count += 1
      rise(count - 1, measure, row)
    } else if measure < measures[0] || (measure == measures[0] && row < rows[0]) {
      sink(measure, row)
    }
  }

  private mutating func rise(_ place: Int, _ measure: Double, _ row: Int32) {
    var place = place
    while place > 0 {
      let parent = (place - 1) / 2
      if (measures[parent], rows[parent]) >= (measure, row) { break }
      (measures[place], rows[place]) = (measures[parent], rows[parent])
      place = parent
    }
    (measures[place], rows[place]) = (measure, row)
  }

  /// Puts a point in the place of the top and restores the order.
  private mutating func sink(_ measure: Double, _ row: Int32) {
    var place = 0
    while true {
      var child = 2 * place + 1
      if child >= count { break }
      if child + 1 < count, (measures[child + 1], rows[child + 1]) > (measures[child], rows[child]) {
        child += 1
      }
      if (measure, row) >= (measures[child], rows[child]) { break }
      (measures[place], rows[place]) = (measures[child], rows[child])
      place = child
    }
    (measures[place], rows[place]) = (measure, row)
  }

  /// Takes all points out, nearest first, to `rows` and `distances`.
  mutating func drain(
    _ metric: DistanceMetric, rows destinationRows: UnsafeMutablePointer<Int32>,
    distances: UnsafeMutablePointer<Double>
  ) {
    while count > 0 {
      destinationRows[count - 1] = rows[0]
      distances[count - 1] = metric.distance(measures[0])
      count -= 1
      if count > 0 { sink(measures[count], rows[count]) }
    }
  }
}
