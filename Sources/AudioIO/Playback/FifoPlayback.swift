import CLinux
import Glibc

/// A loudspeaker that is a named pipe; whoever reads it hears. It is gone while nobody does.
final class FifoPlayback: PlaybackDevice {
    /// How long a reader may read nothing before it counts as gone.
    private static let patience: Int32 = 5000

    private let path: String
    private var file: OpenFile

    init(path: String) throws(AudioError) {
        var facts = stat()
        guard stat(path, &facts) == 0 else {
            throw AudioError(.notFound, "'\(path)' is not there.", advice: "Make it with: mkfifo '\(path)'")
        }
        guard facts.st_mode & S_IFMT == S_IFIFO else { throw AudioError(.unsupported, "'\(path)' is no named pipe.") }
        let descriptor = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else {
            guard errno == ENXIO else { throw AudioError(.notPermitted, "'\(path)' cannot be written: \(OpenFile.reason).") }
            throw AudioError(.lost, "Nobody reads '\(path)'.", advice: "Start its reader first.")
        }
        self.path = path
        file = OpenFile(taking: descriptor)
        // What lies in the pipe was not heard yet: a small pipe keeps the delay small. Where the kernel refuses, it is larger.
        _ = fcntl(descriptor, CLINUX_SET_PIPE_SIZE, Int32(4096))
    }

    var rate: Int { FifoFormat.rate }
    var isPaced: Bool { false }
    var delay: Int {
        var bytes: Int32 = 0
        return ioctl(file.descriptor, UInt(FIONREAD), &bytes) == 0 ? Int(bytes) / 2 : 0
    }

    func write(_ samples: UnsafeBufferPointer<Int16>) throws(AudioError) -> Int {
        let bytes = UnsafeRawBufferPointer(samples)
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(file.descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done)
            if count > 0 {
                done += count
            } else if errno == EAGAIN {
                var ready = pollfd(fd: file.descriptor, events: Int16(POLLOUT), revents: 0)
                guard poll(&ready, 1, Self.patience) != 0 else { throw AudioError(.lost, "Nobody reads '\(path)' any more.") }
            } else if errno != EINTR {
                throw AudioError(.lost, "Nobody reads '\(path)' any more.")
            }
        }
        return 0
    }

    func close() {
        file.close()
    }
}
