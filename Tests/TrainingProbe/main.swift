// A training as a process of its own, for tests that kill it and look at its memory.
//
//   TrainingProbe CHECKPOINT MODEL
//
// Trains a small winner-take-all autoencoder, or goes on from the checkpoint, and saves the model. Prints a line
// for each step, and at the end how many large buffers the steps after the first epoch asked from the system.

import GenModels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

let arguments = CommandLine.arguments
guard arguments.count == 3 else {
  print("usage: TrainingProbe CHECKPOINT MODEL")
  exit(64)
}

var random = RandomGenerator(seed: 1)
let data = try TrainingSet(random.uniform([512, 16, 16, 1]))
let model = Sequential(
  [
    .convolution(channels: 8, kernel: 5),
    .convolution(channels: 8, kernel: 5),
    .winnerTakeAll(channelSparsity: 0.25),
    .convolution(channels: 8, kernel: 5, padding: .full),
    .dropout(probability: 0.1),
    .batchNormalization,
    .convolution(channels: 1, kernel: 5, activation: .sigmoid, padding: .full),
  ], exampleShape: [16, 16, 1], seed: 1)

let trainer = Trainer(
  optimizer: Adam(learningRate: 1e-3), epochs: 4, batchSize: 32, seed: 9,
  checkpointing: Checkpointing(path: arguments[1], everySteps: 1))

var freshAfterFirstEpoch: UInt64?
let result = try trainer.train(model, on: data) { model, batch, scope in
  let x = scope.constant(batch.inputs)
  return (model(x, scope.context) - x).squared().mean()
} progress: {
  print("step \($0.step)")
  fflush(nil)
  if $0.finishedEpoch != nil, freshAfterFirstEpoch == nil {
    freshAfterFirstEpoch = MemoryPool.statistics.freshBuffers
  }
}
try result.model.save(to: arguments[2])
print("fresh buffers \(MemoryPool.statistics.freshBuffers - (freshAfterFirstEpoch ?? 0))")
print("peak bytes \(MemoryPool.statistics.peakLiveBytes)")
