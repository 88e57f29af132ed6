import Glibc

/// A loudspeaker that is a WAV file, made anew; it hears as fast as the disk writes.
final class WavePlayback: PlaybackDevice {
    private let path: String
    private var file: OpenFile
    private var samples = 0

    init(path: String) throws(AudioError) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw AudioError(.notFound, "'\(path)' cannot be made: \(OpenFile.reason).") }
            throw AudioError(.busy, "'\(path)' is there already.", advice: "Choose another name, or remove it.")
        }
        self.path = path
        file = OpenFile(taking: descriptor)
        try writeHeader()
    }

    let rate = 48_000
    var isPaced: Bool { false }
    var delay: Int { 0 }

    func write(_ samples: UnsafeBufferPointer<Int16>) throws(AudioError) -> Int {
        let bytes = UnsafeRawBufferPointer(samples)
        var done = 0
        while done < bytes.count {
            let count = Glibc.pwrite(
                file.descriptor, bytes.baseAddress?.advanced(by: done), bytes.count - done,
                WaveHeader.size + self.samples * 2 + done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw AudioError(.lost, "'\(path)' cannot be written: \(OpenFile.reason).") }
            done += count
        }
        self.samples += samples.count
        return 0
    }

    func close() {
        // Without its length in the head the file still plays; there is nobody left to tell.
        try? writeHeader()
        file.close()
    }

    private func writeHeader() throws(AudioError) {
        let bytes = WaveHeader.bytes(rate: rate, samples: samples)
        guard pwrite(file.descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw AudioError(.lost, "'\(path)' cannot be written: \(OpenFile.reason).")
        }
    }
}
