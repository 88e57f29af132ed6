import Glibc

/// Writes an Ogg Opus file. Each second is on the disk's way as soon as it is whole, so that a file whose writer died plays up to
/// its last second. As long as the writer lives the file is locked (`flock`), by which one that is left over can be told.
package final class OggOpusWriter {
    package let path: String
    private let file: OpenFile
    private let stream: OggOpusStream
    /// Samples of one channel that were given.
    package var samples: Int64 { stream.samples }

    /// Makes the file; an existing one is kept and an error.
    /// - Parameter serial: names the stream within the file; random.
    package init(path: String, settings: OpusSettings = .recording, serial: Int32 = .random(in: 0 ... .max)) throws(AudioError) {
        stream = try OggOpusStream(settings: settings, serial: serial)
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw AudioError(.notFound, "'\(path)' cannot be made: \(OpenFile.reason).") }
            throw AudioError(.busy, "'\(path)' is there already.", advice: "Choose another name, or remove it.")
        }
        // Nobody else holds a file that was not there for longer than a look at it takes. Where there are no locks, nothing can be
        // told by them.
        while flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        file = OpenFile(taking: descriptor)
        self.path = path
        try put(try stream.head())
    }

    /// Whether a writer, here or in another process, is still at work on the file.
    package static func isWriting(_ path: String) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        let file = OpenFile(taking: descriptor)
        return flock(file.descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
    }

    /// Appends samples; those of a pair follow each other.
    package func write(_ sound: [Int16]) throws(AudioError) { try put(try stream.write(sound)) }

    /// Writes what is left. Nothing can be written afterwards.
    package func finish() throws(AudioError) {
        try put(try stream.finish())
        guard fsync(file.descriptor) == 0 else { throw failed() }
    }

    private func put(_ bytes: [UInt8]) throws(AudioError) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.write(file.descriptor, $0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failed() }
            done += count
        }
    }

    private func failed() -> AudioError { AudioError(.lost, "'\(path)' cannot be written: \(OpenFile.reason).") }
}
