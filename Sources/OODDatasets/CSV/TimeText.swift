/// Reads dates and times: ISO 8601 with `T` or a space between date and time, and numbers of seconds since 1970.
enum TimeText {
  /// Forms for messages.
  static let forms =
    "a time such as 2024-03-01, 2024-03-01 12:30:05 or 2024-03-01T12:30Z, or seconds since 1970"

  /// Seconds since the beginning of 1970, UTC; nil for what is no time. A time without a zone counts as UTC.
  static func seconds(_ text: String) -> Double? {
    var rest = Substring(text).utf8
    guard let year = digits(&rest, 4...4), skip(&rest, "-"), let month = digits(&rest, 1...2),
      skip(&rest, "-"),
      let day = digits(&rest, 1...2), (1...12).contains(month), (1...days(in: month, of: year)).contains(day)
    else { return NumberText.plain.number(Array(text.utf8)).flatMap { $0.isFinite ? $0 : nil } }
    var seconds = Double(daysSince1970(year, month, day)) * 86_400
    if rest.isEmpty { return seconds }
    guard skip(&rest, "T") || skip(&rest, "t") || skip(&rest, " "), let hour = digits(&rest, 1...2),
      skip(&rest, ":"), let minute = digits(&rest, 2...2), hour <= 24, minute <= 59
    else { return nil }
    seconds += Double(hour * 3600 + minute * 60)
    if skip(&rest, ":") {
      guard let second = digits(&rest, 2...2), second <= 60 else { return nil }
      seconds += Double(second)
      if skip(&rest, ".") || skip(&rest, ",") {
        var unit = 0.1
        var count = 0
        while let first = rest.first, (0x30...0x39).contains(first) {
          seconds += Double(first - 0x30) * unit
          unit /= 10
          count += 1
          rest = rest.dropFirst()
        }
        guard count > 0 else { return nil }
      }
    }
    guard hour < 24 || seconds.truncatingRemainder(dividingBy: 86_400) == 0 else { return nil }
    _ = skip(&rest, " ")
    if rest.isEmpty || (skip(&rest, "Z") || skip(&rest, "z")) && rest.isEmpty { return seconds }
    let isEast = skip(&rest, "+")
    guard isEast || skip(&rest, "-"), let hours = digits(&rest, 2...2), hours <= 18 else { return nil }
    _ = skip(&rest, ":")
    let minutes = rest.isEmpty ? 0 : digits(&rest, 2...2)
    guard let minutes, minutes <= 59, rest.isEmpty else { return nil }
    return seconds - (isEast ? 1 : -1) * Double(hours * 3600 + minutes * 60)
  }

  /// `2024-03-01 12:30:05`, in UTC.
  static func text(_ seconds: Double) -> String {
    guard seconds.isFinite, abs(seconds) < 1e14 else { return "\(seconds)" }
    let whole = Int(seconds.rounded(.down))
    let (days, second) = (Int((Double(whole) / 86_400).rounded(.down)), ((whole % 86_400) + 86_400) % 86_400)
    let (year, month, day) = date(days)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let date = "\(year)-\(two(month))-\(two(day))"
    return second == 0 ? date : "\(date) \(two(second / 3600)):\(two(second / 60 % 60)):\(two(second % 60))"
  }

  private static func digits(_ rest: inout Substring.UTF8View, _ count: ClosedRange<Int>) -> Int? {
    var (number, found) = (0, 0)
    while found < count.upperBound, let first = rest.first, (0x30...0x39).contains(first) {
      number = 10 * number + Int(first - 0x30)
      found += 1
      rest = rest.dropFirst()
    }
    return count.contains(found) ? number : nil
  }

  private static func skip(_ rest: inout Substring.UTF8View, _ mark: Unicode.Scalar) -> Bool {
    guard rest.first == UInt8(ascii: mark) else { return false }
    rest = rest.dropFirst()
    return true
  }

  private static func days(in month: Int, of year: Int) -> Int {
    if month == 2 { return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28 }
    return [4, 6, 9, 11].contains(month) ? 30 : 31
  }

  /// Days of the proleptic Gregorian calendar from 1970-01-01. Years are counted from March, so that the leap day comes last.
  private static func daysSince1970(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let y = month <= 2 ? year - 1 : year
    let monthFromMarch = (month + 9) % 12
    let daysInYears = 365 * y + y / 4 - y / 100 + y / 400
    return daysInYears + (153 * monthFromMarch + 2) / 5 + day - 1 - 719_468
  }

  private static func date(_ days: Int) -> (Int, Int, Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (
      yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    )
  }
}
