import CSherpa

/// Kinds of numbers that tensors are made of.
protocol OnnxNumber: BitwiseCopyable {
    /// onnxruntime's number for it.
    static var onnxType: Int { get }
}

extension Float: OnnxNumber {
    static var onnxType: Int { CONN_FLOAT }
}

extension Int64: OnnxNumber {
    static var onnxType: Int { CONN_INT64 }
}

extension Bool: OnnxNumber {
    static var onnxType: Int { CONN_BOOL }
}

/// Numbers that go into a network or come out of it.
final class OnnxTensor {
    let value: OpaquePointer
    private let runtime: OnnxRuntime
    /// Where the numbers lie, when that is not onnxruntime's memory.
    private let memory: UnsafeMutableRawBufferPointer?

    /// Takes over what a network made.
    init(_ value: OpaquePointer, of runtime: OnnxRuntime) {
        (self.value, self.runtime, memory) = (value, runtime, nil)
    }

    /// - Parameters:
    ///   - numbers: as many as `shape` has room for.
    ///   - shape: sizes of the dimensions; none for a single number.
    init<Number: OnnxNumber>(_ numbers: [Number], shape: [Int], of runtime: OnnxRuntime) throws(LibraryError) {
        precondition(numbers.count == shape.reduce(1, *))
        // The library refuses a tensor that lies nowhere, also an empty one.
        let memory = UnsafeMutableRawBufferPointer.allocate(
            byteCount: max(1, numbers.count) * MemoryLayout<Number>.stride, alignment: 64)
        numbers.withUnsafeBytes { memory.copyMemory(from: $0) }
        var value: OpaquePointer?
        let bytes = numbers.count * MemoryLayout<Number>.stride
        do throws(LibraryError) {
            try runtime.check(
                runtime.functions.pointee.create_tensor(
                    runtime.memory, memory.baseAddress, bytes, shape.map(Int64.init), shape.count, Int32(Number.onnxType),
                    &value))
            guard let value else { throw LibraryError(reason: "onnxruntime made no tensor") }
            (self.value, self.runtime, self.memory) = (value, runtime, memory)
        } catch {
            memory.deallocate()
            throw error
        }
    }

    deinit {
        runtime.functions.pointee.release_value(value)
        memory?.deallocate()
    }

    var shape: [Int] {
        get throws(LibraryError) {
            let functions = runtime.functions.pointee
            var information: OpaquePointer?
            try runtime.check(functions.shape(value, &information))
            defer { functions.release_shape(information) }
            var count = 0
            try runtime.check(functions.dimension_count(information, &count))
            var sizes = [Int64](repeating: 0, count: count)
            try runtime.check(functions.dimensions(information, &sizes, count))
            return sizes.map { Int($0) }
        }
    }

    /// The numbers, the last dimension's beside each other. They are there as long as the tensor is.
    func numbers<Number: OnnxNumber>(_: Number.Type) throws(LibraryError) -> UnsafeMutableBufferPointer<Number> {
        var data: UnsafeMutableRawPointer?
        try runtime.check(runtime.functions.pointee.data(value, &data))
        return UnsafeMutableBufferPointer(
            start: data?.assumingMemoryBound(to: Number.self), count: data == nil ? 0 : try shape.reduce(1, *))
    }
}
