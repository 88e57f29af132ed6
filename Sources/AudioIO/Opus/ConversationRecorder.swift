/// Records a conversation into an Ogg Opus file, the person on the left and the companion on the right. What was recorded before
/// something went wrong stays and can be played.
package actor ConversationRecorder {
    private let writer: OggOpusWriter
    private var mixer: StereoMixer
    private var isOver = false

    /// Makes the file.
    /// - Parameter beginning: the time at which the recording begins (``MonotonicTime``); earlier sound is left out.
    package init(path: String, beginning: Int64 = MonotonicTime.now) throws(AudioError) {
        writer = try OggOpusWriter(path: path)
        mixer = StereoMixer(beginning: beginning)
    }

    /// Takes what a microphone heard.
    package func person(_ frame: CapturedFrame) throws {
        guard !isOver else { return }
        mixer.person(frame)
        try writer.write(mixer.take())
    }

    /// Takes what a loudspeaker was given.
    package func companion(_ frame: CapturedFrame) throws {
        guard !isOver else { return }
        mixer.companion(frame)
        try writer.write(mixer.take())
    }

    /// Writes the rest and closes the file.
    /// - Returns: how long the recording is, in seconds.
    @discardableResult
    package func finish() throws -> Double {
        guard !isOver else { return Double(writer.samples) / Double(CapturedFrame.rate) }
        isOver = true
        try writer.write(mixer.finish())
        try writer.finish()
        return Double(writer.samples) / Double(CapturedFrame.rate)
    }
}
