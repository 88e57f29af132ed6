/// A microphone that is a WAV file, heard as slowly as it was recorded, once. Any rate, number of channels and usual sample format.
final class WaveCapture: CaptureDevice {
    private let reader: WaveReader
    private var pace: Pace

    init(path: String) throws(AudioError) {
        reader = try WaveReader(path: path)
        pace = Pace(rate: reader.rate)
    }

    var rate: Int { reader.rate }
    var delay: Int { 0 }

    func read(into output: UnsafeMutableBufferPointer<Int16>, within milliseconds: Int32) throws(AudioError) -> CaptureRead {
        let due = pace.wait(for: output.count, milliseconds)
        guard due > 0 else { return CaptureRead() }
        let count = try reader.read(into: UnsafeMutableBufferPointer(rebasing: output[..<due]))
        pace.take(count)
        return CaptureRead(count: count, isOver: count == 0)
    }

    func close() {
        // The reader closes the file when it goes.
    }
}
