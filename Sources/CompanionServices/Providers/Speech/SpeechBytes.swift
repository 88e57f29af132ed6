import AudioIO
import Foundation
import Synchronization

/// Speech as services send it, in pieces of any size: raw samples of 16 bits, low byte first, or a WAV file, whatever was asked for.
struct SpeechBytes {
    private enum Form {
        case unknown
        case raw
        case wave(WaveDecoder)
    }

    private let rate: Int
    private var form = Form.unknown
    /// What is not a whole sample, or not enough to tell the form.
    private var pending: [UInt8] = []

    /// - Parameter rate: samples a second, where the bytes do not say so.
    init(rate: Int) {
        self.rate = rate
    }

    /// The samples that are whole now; nil when there are none.
    mutating func add(_ data: Data) throws(LanguageModelError) -> SynthesisedChunk? {
        pending += data
        if case .unknown = form {
            guard pending.count >= 4 else { return nil }
            form = try Self.form(of: pending)
        }
        switch form {
        case .unknown: return nil
        case .raw:
            let count = pending.count / 2
            defer { pending.removeFirst(2 * count) }
            return chunk(pending.withUnsafeBytes { bytes in Self.samples(bytes, count) }, rate)
        case .wave(var decoder):
            let bytes = pending
            pending = []
            do throws(WaveError) {
                let samples = try decoder.add(bytes)
                form = .wave(decoder)
                return chunk(samples, decoder.rate ?? rate)
            } catch {
                throw .malformed("its sound is no usable WAV file")
            }
        }
    }

    static func samples(_ bytes: UnsafeRawBufferPointer, _ count: Int) -> [Int16] {
        (0..<count).map { Int16(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 * $0, as: Int16.self)) }
    }

    private func chunk(_ samples: [Int16], _ rate: Int) -> SynthesisedChunk? {
        samples.isEmpty ? nil : SynthesisedChunk(samples: samples, rate: rate)
    }

    private static func form(of bytes: [UInt8]) throws(LanguageModelError) -> Form {
        let head = String(decoding: bytes.prefix(4), as: UTF8.self)
        switch head {
        case "RIFF", "RF64": return .wave(WaveDecoder(name: "answer"))
        case "OggS", "fLaC": throw .malformed("its sound is \(head), which cannot be played here")
        case _ where head.hasPrefix("ID3"): throw .malformed("its sound is MP3, which cannot be played here")
        case _ where head.hasPrefix("{") || head.hasPrefix("<"): throw .notTheService("it sends a text instead of sound")
        default: return .raw
        }
    }
}

/// ``SpeechBytes`` for a reader in another task.
final class SpeechDecoding: Sendable {
    private let bytes: Mutex<SpeechBytes>

    init(rate: Int) {
        bytes = Mutex(SpeechBytes(rate: rate))
    }

    func add(_ data: Data) throws(LanguageModelError) -> SynthesisedChunk? {
        try bytes.withLock { (bytes: inout SpeechBytes) throws(LanguageModelError) -> SynthesisedChunk? in try bytes.add(data) }
    }
}
