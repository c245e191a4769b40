/// What a training came to.
struct TrainReport: Encodable {
  let model: String
  let file: String
  let parameters: Int
  let epochs: Int
  let seconds: Double
  let examplesPerSecond: Double
  /// The mean loss of the last epoch's training examples, or of the best epoch's with early stopping.
  let loss: Double
  let validationLoss: Double?
  /// The share of test examples that a classifier gets wrong.
  var testError: Double?
  /// With `--forecast`.
  var forecast: ForecastTable?

  enum CodingKeys: String, CodingKey {
    case model, file, parameters, epochs, seconds, loss, forecast
    case examplesPerSecond = "examples_per_second"
    case validationLoss = "validation_loss"
    case testError = "test_error"
  }

  func print(_ format: OutputFormat) throws {
    if format == .json { return try JSONOutput.print(self) }
    Console.result("model       \(model), \(parameters) parameters")
    Console.result("epochs      \(epochs)")
    Console.result(
      "time        \(seconds.rounded(digits: 2)) s, \(Int(examplesPerSecond)) examples a second")
    Console.result("loss        \(loss.rounded(digits: 6))")
    if let validationLoss { Console.result("validation  \(validationLoss.rounded(digits: 6))") }
    if let testError { Console.result("test error  \((testError * 100).rounded(digits: 3))%") }
    Console.result("saved to    \(file)")
    forecast?.lines.forEach(Console.result)
  }
}
