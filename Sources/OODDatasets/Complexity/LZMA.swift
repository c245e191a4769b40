import CLZMA

/// Compression of whole blocks with liblzma.
enum LZMA {
  /// The number of bytes of `bytes` as a bare LZMA stream (no container, no checksum), as small as liblzma makes it.
  ///
  /// Literals are coded without contexts of position or of the byte before (lc = lp = pb = 0): pixels aren't text, and
  /// in an image of a thousand pixels every context would have to be learned from a few bytes.
  static func compressedByteCount(_ bytes: [UInt8]) -> Int {
    var options = lzma_options_lzma()
    let failed = lzma_lzma_preset(&options, 9 | ood_lzma_preset_extreme)
    precondition(failed == 0, "liblzma does not know its preset 9.")
    options.lc = 0
    options.lp = 0
    options.pb = 0
    // No larger than the data need: the preset's 64 MiB would be allocated anew for each image.
    options.dict_size = UInt32(min(1 << 26, max(Int(ood_lzma_dict_size_min), bytes.count)))
    // What can't be compressed grows by a few bytes in a hundred at most.
    var output = [UInt8](repeating: 0, count: bytes.count + bytes.count / 8 + 256)
    var written = 0
    let status = withUnsafeMutablePointer(to: &options) { options in
      let filters = [
        lzma_filter(id: ood_lzma_filter_lzma1, options: options),
        lzma_filter(id: ood_lzma_vli_unknown, options: nil),
      ]
      return lzma_raw_buffer_encode(
        filters, nil, bytes, bytes.count, &output, &written, output.count)
    }
    precondition(
      status == LZMA_OK, "liblzma could not compress \(bytes.count) bytes: status \(status.rawValue).")
    return written
  }
}
