/// The head of a WAV file with 16-bit samples of one channel.
package enum WaveHeader {
    package static let size = 44

    package static func bytes(rate: Int, samples: Int) -> [UInt8] {
        let data = UInt32(clamping: samples * 2)
        func little(_ number: UInt32, _ count: Int) -> [UInt8] {
            (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * UInt32($0))) }
        }
        return Array("RIFF".utf8) + little(data &+ 36, 4) + Array("WAVEfmt ".utf8) + little(16, 4) + little(1, 2) + little(1, 2)
            + little(UInt32(rate), 4) + little(UInt32(rate * 2), 4) + little(2, 2) + little(16, 2) + Array("data".utf8)
            + little(data, 4)
    }
}
