import GenModels
import OODMetrics

/// The laws of detectors: a detection has its example's score, the threshold's verdict, and a p-value where there is a calibration.
///
/// ```swift
/// DetectorLaws.violations(of: detector, examples: table)
/// ```
public enum DetectorLaws {
  public static func violations<Model: OODDetector>(
    of detector: Model, examples: Model.Examples
  ) -> [LawViolation] where Model.Examples: LawExamples {
    var findings = Findings()
    let law = "detect: score and verdict"
    findings.attempt(law, tried: "\(examples.exampleCount) examples") { findings in
      let scores = try detector.score(examples)
      let detections = try detector.detect(examples)
      findings.require(
        detections.map(\.score).isSame(as: scores, tolerance: 0), law,
        tried: "\(scores.count) examples", found: detections.map(\.score).summary, expected: scores.summary)
      for (number, detection) in detections.enumerated() {
        let verdict = detector.threshold.isOutOfDistribution(detection.score)
        guard detection.isOutOfDistribution == verdict else {
          return findings.add(
            law, tried: "example \(number)", found: "\(detection.isOutOfDistribution)",
            expected: "\(verdict), by the threshold")
        }
        guard (detection.pValue != nil) == (detector.calibration != nil),
          detection.pValue.map({ $0 > 0 && $0 <= 1 }) ?? true
        else {
          return findings.add(
            "detect: p-values", tried: "example \(number)",
            found: detection.pValue.map { "\($0)" } ?? "none",
            expected: "a number above 0 up to 1 where there is a calibration, else none")
        }
      }
    }
    return findings.violations
  }
}
