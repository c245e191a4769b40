import Foundation
import GenModels
import Testing

/// The interpreter that OOD_PYTHON names, else python3, if it has numpy and the package safetensors.
private let python: String? = {
  let interpreter = ProcessInfo.processInfo.environment["OOD_PYTHON"] ?? "python3"
  return (try? run(interpreter, "import numpy, safetensors.numpy")) == nil ? nil : interpreter
}()

private struct PythonFailure: Error, CustomStringConvertible { let description: String }

/// What the script prints.
@discardableResult
private func run(_ interpreter: String, _ script: String, _ arguments: String...) throws -> String {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = [interpreter, "-c", script] + arguments
  let (output, errors) = (Pipe(), Pipe())
  process.standardOutput = output
  process.standardError = errors
  try process.run()
  let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  let complaint = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { throw PythonFailure(description: complaint) }
  return text
}

@Suite(
  .enabled(
    if: python != nil,
    "Needs python3 (or the interpreter that OOD_PYTHON names) with numpy and safetensors: pip install numpy safetensors"
  )
)
struct SafetensorsPythonTests {
  private let path = FileManager.default.temporaryDirectory.appendingPathComponent(
    "python-\(UUID().uuidString)"
  ).path

  @Test func pythonReadsWhatWeWrite() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    var random = RandomGenerator(seed: 21)
    let weight = random.normal([3, 4, 2])
    var file = SafetensorsFile(metadata: ["größe": "λ \"q\"\n"])
    file["encoder.weight"] = .float32(weight)
    file["scalar"] = .float32(Tensor(-0.0))
    file["empty"] = .float32(.zeros([0, 3]))
    file["labels 🦆"] = .int32(Indexes([-1, 7]))
    file["precise"] = .float64([.pi, -1e300], shape: [1, 2])
    file["odd"] = .other(.uint8, bytes: [1, 2, 3], shape: [3])
    try file.write(to: path)

    // Python prints every array's type, shape and bytes; its reader checks the layout by its own rules.
    let script = """
      import sys, safetensors
      from safetensors.numpy import load_file
      with safetensors.safe_open(sys.argv[1], "np") as f:
        for k, v in f.metadata().items(): print("metadata", k.encode().hex(), v.encode().hex())
      for k, v in load_file(sys.argv[1]).items():
        print(k.encode().hex(), v.dtype, "x".join(map(str, v.shape)), v.tobytes().hex())
      """
    func hex(_ bytes: some Sequence<UInt8>) -> String {
      bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
    let lines = try run(#require(python), script, path).split(separator: "\n").sorted()
    let floats = weight.elements.flatMap { element in withUnsafeBytes(of: element) { Array($0) } }
    let doubles = [Double.pi, -1e300].flatMap { element in withUnsafeBytes(of: element) { Array($0) } }
    let expected: [Substring] = [
      "metadata \(hex("größe".utf8)) \(hex("λ \"q\"\n".utf8))",
      "\(hex("encoder.weight".utf8)) float32 3x4x2 \(hex(floats))",
      "\(hex("scalar".utf8)) float32  00000080",
      "\(hex("empty".utf8)) float32 0x3 ",
      "\(hex("labels 🦆".utf8)) int32 2 ffffffff07000000",
      "\(hex("precise".utf8)) float64 1x2 \(hex(doubles))",
      "\(hex("odd".utf8)) uint8 3 010203",
    ]
    #expect(lines == expected.sorted())
  }

  @Test func weReadWhatPythonWrites() throws {
    defer { try? FileManager.default.removeItem(atPath: path) }
    let script = """
      import sys, numpy as np
      from safetensors.numpy import save_file
      save_file({"w": np.arange(6, dtype=np.float32).reshape(2, 3) / 8, "d": np.array([np.pi]),
                 "half": np.array([1.5, -65504], np.float16), "i": np.array([[1], [-2]], np.int32),
                 "l": np.array([2**40]), "u": np.arange(3, dtype=np.uint8), "s": np.full((), 4, np.float32),
                 "e": np.zeros((2, 0), np.float32), "b": np.array([True, False])},
                sys.argv[1], metadata={"größe": "λ 🦆 \\"\\\\"})
      """
    try run(#require(python), script, path)
    let file = try SafetensorsFile(contentsOf: path)
    #expect(file.names == ["b", "d", "e", "half", "i", "l", "s", "u", "w"])
    #expect(file.metadata == ["größe": "λ 🦆 \"\\"])
    #expect(try file.tensor("w") == Tensor([0, 0.125, 0.25, 0.375, 0.5, 0.625], shape: [2, 3]))
    #expect(try file.doubles("d") == [.pi])
    #expect(try file.tensor("half") == Tensor([1.5, -65504]))
    #expect(try file.indexes("i", shape: [2, 1]).elements == [1, -2])
    #expect(try file.integers("l") == [1 << 40])
    #expect(try file.integers("u") == [0, 1, 2])
    #expect(try file.tensor("s", shape: []).scalar == 4)
    #expect(try file.tensor("e").shape == [2, 0])
    #expect(file["b"]?.element == .bool)
    // Written again, it is the same file to Python.
    var copy = SafetensorsFile(metadata: file.metadata)
    for name in file.names { copy[name] = file[name] }
    #expect(try SafetensorsFile(bytes: copy.bytes()).names == file.names)
  }
}
