import ArgumentParser
import AudioIO
import COpus
import Foundation

/// A minute of something like speech through our encoder and decoder, and through the C library in a loop.
enum OpusBenchmark {
    private static let rounds = 7

    static func run() throws {
        let speech = (0..<60 * 16_000).map { index in
            let time = Double(index) / 16_000
            let phase = 2 * Double.pi * (140 * time + 6 * sin(2 * .pi * 1.3 * time))
            return Int16(3000 * (sin(phase) + sin(2 * phase) / 2 + sin(5 * phase) / 3) * (0.6 + 0.4 * sin(18 * time)))
        }
        let frames = stride(from: 0, to: speech.count - 319, by: 320).map { Array(speech[$0..<($0 + 320)]) }
        var (ours, theirs) = ([Double](), [Double]())
        for _ in 0..<rounds {
            ours.append(try timed { try swift(frames) })
            theirs.append(try timed { try library(frames) })
        }
        let (mine, raw) = (Distribution(ours).median, Distribution(theirs).median)
        let count = Double(frames.count)
        print("opus: encode and decode 20 ms  \(format(mine / count)) ms, the library alone \(format(raw / count)) ms")
        print("opus: \(format(mine / raw)) times the library (at most 1.2)")
    }

    private static func timed(_ body: () throws -> Int) rethrows -> Double {
        let start = MonotonicTime.now
        let samples = try body()
        precondition(samples > 0)
        return Double(MonotonicTime.now - start) / 1_000_000
    }

    private static func swift(_ frames: [[Int16]]) throws -> Int {
        var encoder = try OpusEncoder(.call)
        var decoder = try OpusDecoder(rate: 16_000, channels: 1)
        var count = 0
        for frame in frames { count += try decoder.decode(encoder.encode(frame)).count }
        return count
    }

    private static func library(_ frames: [[Int16]]) throws -> Int {
        var code: Int32 = 0
        guard let encoder = opus_encoder_create(16_000, 1, OPUS_APPLICATION_VOIP, &code),
            let decoder = opus_decoder_create(16_000, 1, &code)
        else { throw ValidationError("Opus has no memory.") }
        defer {
            opus_encoder_destroy(encoder)
            opus_decoder_destroy(decoder)
        }
        let settings = OpusSettings.call
        for (request, value) in [
            (OPUS_SET_BITRATE_REQUEST, Int32(settings.bitrate)), (OPUS_SET_SIGNAL_REQUEST, OPUS_SIGNAL_VOICE),
            (OPUS_SET_COMPLEXITY_REQUEST, Int32(settings.complexity)), (OPUS_SET_INBAND_FEC_REQUEST, 1),
            (OPUS_SET_PACKET_LOSS_PERC_REQUEST, Int32(settings.expectedLoss)), (OPUS_SET_DTX_REQUEST, 1),
        ] {
            _ = copus_encoder_set(encoder, request, value)
        }
        var packet = [UInt8](repeating: 0, count: 1275)
        var output = [Int16](repeating: 0, count: 5760)
        var count = 0
        for frame in frames {
            let bytes = opus_encode(encoder, frame, 320, &packet, 1275)
            count += Int(opus_decode(decoder, packet, bytes, &output, 5760, 0))
        }
        return count
    }
}
