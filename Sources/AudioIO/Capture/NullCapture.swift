/// A microphone that hears silence, as slowly as a real one.
final class NullCapture: CaptureDevice {
    private var pace = Pace(rate: CapturedFrame.rate)

    let rate = CapturedFrame.rate
    var delay: Int { 0 }

    func read(into output: UnsafeMutableBufferPointer<Int16>, within milliseconds: Int32) throws(AudioError) -> CaptureRead {
        let count = pace.wait(for: output.count, milliseconds)
        pace.take(count)
        output[..<count].update(repeating: 0)
        return CaptureRead(count: count)
    }

    func close() {
        // There is nothing to close.
    }
}
