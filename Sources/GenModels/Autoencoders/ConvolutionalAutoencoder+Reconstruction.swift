// Images go through the whole network a few at a time, each few on one thread, so that activations stay in the caches.
extension ConvolutionalAutoencoder: ReconstructionOracle {
  public func reconstruct(checked x: Tensor) -> Tensor {
    let size = x.count / max(1, x.shape[0])
    return Tensor(shape: x.shape) { reconstructions in
      nonisolated(unsafe) let reconstructions = reconstructions
      inPieces(x) { start, piece in
        let y = self(piece)
        y.withUnsafeElements { elements in
          _ = UnsafeMutableBufferPointer(
            rebasing: reconstructions[start * size..<start * size + elements.count]
          )
          .update(from: elements)
        }
      }
    }
  }

  // The size of a batch has no influence: memory is bounded by the network's choice of pieces.
  public func reconstructionError(checked x: Tensor, norm: ReconstructionNorm, batchSize: Int) -> Tensor {
    Tensor(shape: [x.shape[0]]) { errors in
      nonisolated(unsafe) let errors = errors
      inPieces(x) { start, piece in
        norm.distances(self(piece), piece).withUnsafeElements { elements in
          for (index, error) in elements.enumerated() { errors[start + index] = error }
        }
      }
    }
  }

  /// Calls `body` with pieces of a batch and where they start, on one thread each where there are several pieces.
  private func inPieces(_ x: Tensor, _ body: @Sendable (Int, Tensor) -> Void) {
    precondition(
      x.rank == 4 && x.shape.dropFirst().elementsEqual(exampleShape),
      "This autoencoder takes images \(exampleShape) in batches, not a tensor of shape \(x.shape).")
    let count = x.shape[0]
    let size = architecture.imagesInPiece(of: count)
    parallelFor(count, grain: size) { range in
      Parallelism.withThreads(1) { body(range.lowerBound, x.sliced(axis: 0, range)) }
    }
  }
}

extension ConvolutionalAutoencoder.Architecture {
  /// Images that go through the network together when it reconstructs `count`: enough for some 64 tiles of 4 × 4 pixels in
  /// the smallest dense layer, a block or two of minimal filtering, and an even number of pieces. Deeper networks' weights
  /// don't stay in the caches from one piece to the next: there more images share them.
  fileprivate func imagesInPiece(of count: Int) -> Int {
    let shrinkage = (layers - 1) * (kernel - 1)
    let tiles = max(1, (height - shrinkage) / 4) * max(1, (width - shrinkage) / 4)
    let wanted = 64 * min(4, max(1, 2 * layers - 3))
    let size = min((wanted + tiles - 1) / tiles, max(1, (count + 1) / 2))
    var pieces = (count + size - 1) / size
    if pieces > 1 { pieces += pieces % 2 }
    return max(1, (count + pieces - 1) / max(1, pieces))
  }
}
