// A training by all ranks of an MPI program together, for Tests/cluster.sh; without the package's trait MPI by this process alone.
//
//   GroupProbe MODEL [PARTS] [SIDE]
//
// Trains a small network with dropout, each batch in PARTS [4] parts, on images of SIDE [12] pixels, and saves the model. The first rank
// prints the losses, the time of a step, and what the sums took.

import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif
#if MPI
  import OODMPI
#endif

let arguments = CommandLine.arguments
guard arguments.count >= 2 else {
  print("usage: GroupProbe MODEL [PARTS] [SIDE]")
  exit(64)
}
let parts = arguments.count > 2 ? Int(arguments[2]) ?? 4 : 4
let side = arguments.count > 3 ? Int(arguments[3]) ?? 12 : 12

#if MPI
  let group = try MPIGroup()
#else
  let group = Solo()
#endif

var random = RandomGenerator(seed: 1)
let data = try TrainingSet(random.uniform([450, side, side, 1]))
let model = Sequential(
  [
    .convolution(channels: 16, kernel: 3), .convolution(channels: 16, kernel: 3), .flatten,
    .dense(units: 256, activation: .relu), .dropout(probability: 0.1), .dense(units: side * side),
  ], exampleShape: [side, side, 1], seed: 1)
var trainer = Trainer(
  optimizer: Adam(learningRate: 1e-3), epochs: 2, batchSize: 64, batchParts: parts, seed: 9)
trainer.group = group

let clock = ContinuousClock()
let start = clock.now
var steps = 0
let result = try trainer.train(model, on: data) { model, batch, scope in
  let x = scope.constant(batch.inputs)
  return (model(x, scope.context) - x.flattened()).squared().mean()
} progress: { step in
  steps = step.steps
}
let seconds = (clock.now - start) / .seconds(1)
if group.rank == 0 {
  try result.model.save(to: arguments[1])
  print("losses \(result.history.map(\.loss))")
  print("processes \(group.count), parts \(parts), parameters \(result.model.parameterCount)")
  print("milliseconds a step \(seconds / Double(steps) * 1e3)")
  #if MPI
    let (traffic, all) = (group.traffic, Double(steps))
    print("bytes a step \(traffic.bytes / steps), sums a step \(Double(traffic.sums) / all)")
    print("milliseconds waited a step \(traffic.waitSeconds / all * 1e3)")
    let waited = traffic.waitSeconds
  #else
    let waited = 0.0
  #endif
  // The last step's batch is as large as any but one in eight.
  let forecast = ScalingForecast(
    partSeconds: (seconds - waited) / Double(steps * parts / group.count),
    gradientCount: result.model.parameterCount)
  print("milliseconds a part \(forecast.partSeconds * 1e3), bytes of its gradient \(forecast.gradientBytes)")
  for (network, latency, bytes) in [("10 Gbit/s, 50 µs", 50e-6, 1.25e9), ("100 Gbit/s, 2 µs", 2e-6, 12.5e9)] {
    let shares = [8, 64, 512].map { count in
      let share = forecast.efficiency(
        processes: count, secondsPerMessage: latency, bytesPerSecond: bytes)
      return "\(count): \((share * 1000).rounded() / 10)%"
    }
    print("efficiency by \(network): \(shares.joined(separator: ", "))")
  }
}
#if MPI
  MPIGroup.finish()
#endif
