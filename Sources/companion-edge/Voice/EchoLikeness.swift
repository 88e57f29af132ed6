/// Whether a voice is no louder than our own sound comes back, over the last tenths of a second of it.
struct EchoLikeness: Sendable {
    /// Of ``share`` that is new with each 10 ms of voice.
    private static let step: Float = 0.08
    /// It has to be clear until it is believed that this is otherwise now.
    private static let bounds: (low: Float, high: Float) = (0.3, 0.6)
    /// So far below the loudest of late, in dB, is no voice but the silence right after it; and by how much that fades in 10 ms.
    private static let (depth, fading): (Float, Float) = (15, 0.5)

    /// In how much of the voice the echo gate found nothing that stands out, 0…1.
    private var share: Float = 0
    /// In dB of full scale.
    private var loudest: Float = -100
    private(set) var isLikeEcho = false

    /// Takes note of 10 ms. Where nobody speaks, loudness says nothing.
    /// - Parameter level: in dB of full scale.
    /// - Returns: whether it is otherwise now.
    mutating func note(isOwn: Bool, isVoice: Bool, level: Float) -> Bool {
        loudest = max(level, loudest - Self.fading)
        guard isVoice, level > loudest - Self.depth else { return false }
        share += ((isOwn ? 1 : 0) - share) * Self.step
        let before = isLikeEcho
        if share > Self.bounds.high { isLikeEcho = true } else if share < Self.bounds.low { isLikeEcho = false }
        return isLikeEcho != before
    }
}
