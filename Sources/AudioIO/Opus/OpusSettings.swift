/// How speech is coded. The frame is 20 ms everywhere.
package struct OpusSettings: Sendable, Hashable {
    /// Samples a second of what goes in: 8,000, 12,000, 16,000, 24,000 or 48,000.
    package var rate = 16_000
    /// 1 or 2; the samples of a pair follow each other.
    package var channels = 1
    /// Bits a second, at which a variable rate aims.
    package var bitrate = 24_000
    /// 0 to 10: how hard the encoder tries. 5 suits small boards.
    package var complexity = 5
    /// Whether each packet can tell roughly what was in the one before, if that is lost, and of how many in 100 that is expected.
    package var correctsErrors = true
    package var expectedLoss = 10
    /// Whether silence is told by sending next to nothing. Recordings do without: time is simpler then.
    package var isDiscontinuous = true

    package init() {}

    /// For a line on which packets may be lost.
    package static let call = OpusSettings()

    /// For a file: the person on the left, the companion on the right.
    package static let recording: OpusSettings = {
        var settings = OpusSettings()
        settings.channels = 2
        settings.bitrate = 32_000
        settings.correctsErrors = false
        settings.isDiscontinuous = false
        return settings
    }()

    /// For a recogniser elsewhere: one voice, whole, in a small file.
    package static let upload: OpusSettings = {
        var settings = OpusSettings()
        settings.correctsErrors = false
        settings.isDiscontinuous = false
        return settings
    }()

    /// Samples of one channel in a frame.
    package var frame: Int { rate / 50 }
}
