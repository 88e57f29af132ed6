import AudioIO

extension VoiceSession {
    /// Begins a recording with what was heard since `position`, on both sides; without a position, with what comes.
    func record(from position: Int64?) {
        guard tapes.isRecording else { return }
        guard let position else { return tapes.begin(at: MonotonicTime.now, person: [], companion: []) }
        let past = recent.sound(from: position)
        let start = recent.end - Int64(past.count)
        let beginning = timeline.moment(of: start)
        let given = own.given(since: beginning)
        tapes.begin(
            at: beginning, person: CapturedFrame.frames(of: past, position: start, time: beginning),
            companion: given.map { CapturedFrame.frames(of: $0.samples, position: 0, time: $0.time) } ?? [])
    }
}

extension CapturedFrame {
    /// Cuts sound into frames; less than one at its beginning is left out.
    fileprivate static func frames(of sound: [Int16], position: Int64, time: Int64) -> [CapturedFrame] {
        stride(from: sound.count % count, to: sound.count, by: count).map { start in
            CapturedFrame(
                samples: Array(sound[start..<start + count]), position: position + Int64(start),
                time: time + Int64(start) * 62_500)
        }
    }
}
