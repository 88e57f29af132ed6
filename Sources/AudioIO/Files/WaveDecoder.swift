/// Reads a WAV file that comes in pieces of any size, from a pipe for example, and gives its samples as one channel of 16 bits. A
/// file on the disk is for ``WaveReader``.
///
/// A file that ends early, or whose header does not know its length because it was written by a program that died, is read as far
/// as it goes.
package struct WaveDecoder: Sendable {
    /// Whether there is less sound than the header promised; right after ``finish()``.
    package private(set) var isTruncated = false
    private let name: String
    private var format: WaveFormat?

    private enum Place {
        case start
        case chunks
        /// Bytes of an uninteresting chunk to be left out.
        case skipping(Int)
        /// Bytes of sound to come; `nil` when nobody knows.
        case sound(Int?)
        case end
    }

    private var place = Place.start
    private var pending: [UInt8] = []
    private var isEmpty = true

    /// A chunk before the sound is never longer than this, but for those that are skipped.
    private static let longestHeader = 4096

    /// - Parameter name: of the file, for complaints.
    package init(name: String) {
        self.name = name
    }

    /// Samples a second, once the header was read.
    package var rate: Int? { format?.rate }

    /// - Returns: the samples that are whole now.
    package mutating func add(_ bytes: [UInt8]) throws(WaveError) -> [Int16] {
        if !bytes.isEmpty { isEmpty = false }
        pending += bytes
        while try advance() {}
        guard case .sound(let left) = place, let format else { return [] }
        return take(min(pending.count, left ?? pending.count), format)
    }

    /// The file is over.
    package mutating func finish() throws(WaveError) {
        switch place {
        case .start: throw isEmpty ? .empty : .notWave
        case .chunks, .skipping: throw .noSound
        case .sound(let left): isTruncated = (left ?? 0) > 0
        case .end: break
        }
    }

    /// Whether something could be read from what is pending.
    private mutating func advance() throws(WaveError) -> Bool {
        switch place {
        case .start:
            guard pending.count >= 12 else {
                if !"RIFF".utf8.starts(with: pending.prefix(4)), !"RF64".utf8.starts(with: pending.prefix(4)) { throw .notWave }
                return false
            }
            guard ["RIFF", "RF64"].contains(name(at: 0)), name(at: 8) == "WAVE" else { throw .notWave }
            pending.removeFirst(12)
            place = .chunks
            return true
        case .chunks: return try readChunk()
        case .skipping(let count):
            let gone = min(count, pending.count)
            pending.removeFirst(gone)
            place = gone == count ? .chunks : .skipping(count - gone)
            return gone == count
        case .sound(.some(0)):
            place = .end
            return true
        case .end:
            pending = []
            return false
        case .sound: return false
        }
    }

    private mutating func readChunk() throws(WaveError) -> Bool {
        guard pending.count >= 8 else { return false }
        let size = number(at: 4, bytes: 4)
        switch name(at: 0) {
        case "fmt ":
            guard size <= Self.longestHeader else { throw .badHeader("its format chunk has \(size) bytes") }
            guard pending.count >= 8 + size else { return false }
            format = try readFormat(size)
            pending.removeFirst(8 + size)
            place = size % 2 == 0 ? .chunks : .skipping(1)
        case "data":
            guard let format else { throw .badHeader("its sound comes before its format") }
            pending.removeFirst(8)
            // Programs that write to a pipe cannot know, and put something large or nothing there.
            let isKnown = size != 0 && size < 0x7FFF_F000
            place = .sound(isKnown ? size - size % format.bytesPerFrame : nil)
        default:
            pending.removeFirst(8)
            place = .skipping(size + size % 2)
        }
        return true
    }

    private func readFormat(_ size: Int) throws(WaveError) -> WaveFormat {
        do {
            return try WaveFormat(Array(pending[8..<8 + size]), of: name)
        } catch {
            throw .unreadable(error)
        }
    }

    /// Takes the whole frames of the first `count` pending bytes.
    private mutating func take(_ count: Int, _ format: WaveFormat) -> [Int16] {
        let frames = count / format.bytesPerFrame
        guard frames > 0 else { return [] }
        let samples = pending.withUnsafeBytes { bytes in
            (0..<frames).map { format.mixed(bytes, at: $0 * format.bytesPerFrame) }
        }
        pending.removeFirst(frames * format.bytesPerFrame)
        if case .sound(.some(let left)) = place { place = .sound(left - frames * format.bytesPerFrame) }
        return samples
    }

    private func name(at offset: Int) -> String {
        String(decoding: pending[offset..<offset + 4], as: UTF8.self)
    }

    private func number(at offset: Int, bytes: Int) -> Int {
        (0..<bytes).reduce(0) { $0 | Int(pending[offset + $1]) << (8 * $1) }
    }
}

/// Why a file cannot be read as WAV.
package enum WaveError: Error, Sendable, Hashable, CustomStringConvertible {
    case empty
    case notWave
    case noSound
    case badHeader(String)
    /// Its samples are of a kind that is not known here.
    case unreadable(AudioError)

    package var description: String {
        switch self {
        case .empty: "The file is empty."
        case .notWave: "This is not a WAV file."
        case .noSound: "The WAV file ends before its sound begins."
        case .badHeader(let reason): "The WAV file is damaged: \(reason)."
        case .unreadable(let error): error.message
        }
    }

    package var advice: String? {
        switch self {
        case .notWave: "Convert it: ffmpeg -i FILE -ar 16000 -ac 1 -c:a pcm_s16le speech.wav"
        case .unreadable(let error): error.advice
        case .empty, .noSound, .badHeader: nil
        }
    }
}
