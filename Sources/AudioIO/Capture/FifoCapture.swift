import Glibc

/// A microphone that is a named pipe; whoever writes it is heard, no faster than time passes. It is gone while nobody does.
final class FifoCapture: CaptureDevice {
    private let path: String
    private var file: OpenFile
    private var pace = Pace(rate: FifoFormat.rate)
    /// The first half of a sample whose second half has not come yet.
    private var half: UInt8?

    init(path: String) throws(AudioError) {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            throw AudioError(.notFound, "'\(path)' is not there.", advice: "Make it with: mkfifo '\(path)'")
        }
        guard facts.st_mode & S_IFMT == S_IFIFO else { throw AudioError(.unsupported, "'\(path)' is no named pipe.") }
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw AudioError(
                .notPermitted, "'\(path)' cannot be read: \(OpenFile.reason).",
                advice: "Give this user the right to read it: chmod u+r '\(path)'")
        }
        self.path = path
        file = OpenFile(taking: descriptor)
        // A pipe that nobody writes is at its end; from one that is written a byte may come with the question.
        var byte: UInt8 = 0
        switch Glibc.read(descriptor, &byte, 1) {
        case 0: throw AudioError(.lost, "Nobody writes '\(path)'.", advice: "Start its writer first.")
        case 1: half = byte
        default: break
        }
    }

    let rate = FifoFormat.rate
    /// What lies in the pipe is heard when its turn comes, however early it was written.
    var delay: Int { 0 }

    func read(into output: UnsafeMutableBufferPointer<Int16>, within milliseconds: Int32) throws(AudioError) -> CaptureRead {
        let limit = MonotonicTime.now + Int64(milliseconds) * 1_000_000
        let due = pace.wait(for: output.count, milliseconds)
        guard due > 0 else { return CaptureRead() }
        var ready = pollfd(fd: file.descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&ready, 1, Int32(max(0, (limit - MonotonicTime.now) / 1_000_000))) > 0 else { return CaptureRead() }

        let bytes = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: output[..<due]))
        let offset = half == nil ? 0 : 1
        if let half { bytes[0] = half }
        let got = Glibc.read(file.descriptor, bytes.baseAddress?.advanced(by: offset), bytes.count - offset)
        if got < 0, errno == EAGAIN || errno == EINTR { return CaptureRead() }
        guard got > 0 else { throw AudioError(.lost, "Nobody writes '\(path)' any more.") }
        let all = got + offset
        half = all % 2 == 0 ? nil : bytes[all - 1]
        pace.take(all / 2)
        return CaptureRead(count: all / 2)
    }

    func close() {
        file.close()
    }
}
