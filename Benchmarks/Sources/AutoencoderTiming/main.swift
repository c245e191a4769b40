import CPeak
import GenModels

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

// Times autoencoders for `Peers/speed_autoencoders.py`, which starts this program once and sends it a line for each
// measurement, so that measurements here and in the peer take turns:
//
//     train LAYERS MAPS BATCH BOTTLENECK SIDE STEPS      (BOTTLENECK is winners or plain)
//     score LAYERS MAPS BATCH BOTTLENECK SIDE STEPS
//     convnet BATCH STEPS                                (the classifier of paper 2)
//     peak 1
//
// It answers each with the seconds that the steps took; `peak` with one thread's multiply-adds, in operations per second. Models and data are kept for the next line with the same first words.

while let line = readLine() {
  let words = line.split(separator: " ").map(String.init)
  guard let task = words.first, let steps = words.last.flatMap({ Int($0) }) else { continue }
  let seconds: Double
  var operations = 0.0
  switch task {
  case "train", "score":
    let bench = AutoencoderBench.named(words[1], words[2], words[3], words[4], words[5])
    seconds = task == "train" ? bench.train(steps: steps) : bench.score(steps: steps)
  case "convnet": seconds = ConvnetBench.batched(Int(words[1])!).train(steps: steps)
  case "peak":
    seconds = ContinuousClock().measure { operations = ood_peak_multiply_adds(2_000_000) } / .seconds(1)
    print(operations / seconds)
    fflush(nil)
    continue
  default: fatalError("There is no task named \(task).")
  }
  print(seconds)
  fflush(nil)
}
