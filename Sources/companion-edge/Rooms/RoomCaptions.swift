import CompanionServices

/// What is written in a room of what is said there, in the pieces in which LiveKit's front ends show it. Pure.
///
/// What a person says is told again whole with each word that becomes known. What the companion says is told as it is heard, and
/// ends where it was interrupted.
struct RoomCaptions: Sendable {
    enum Caption: Sendable, Hashable {
        /// All that the person has said of this.
        case person(segment: String, text: String, isFinal: Bool)
        /// The companion begins to say something.
        case begin(segment: String)
        /// It has said this more of it.
        case more(String)
        /// That was all.
        case end(segment: String)
    }

    private let makeSegment: @Sendable () -> String
    private var personSegment: String?
    private var ownSegment: String?
    private var told = ""

    init(makeSegment: @escaping @Sendable () -> String = Self.randomSegment) {
        self.makeSegment = makeSegment
    }

    static func randomSegment() -> String {
        "SG_" + (0..<12).map { _ in String(Int.random(in: 0..<16), radix: 16) }.joined()
    }

    mutating func note(_ news: VoiceNews) -> [Caption] {
        switch news {
        case .partial(let text): return text.isEmpty ? [] : [person(text, isFinal: false)]
        case .said(let text): return [person(text, isFinal: true)]
        case .refused(let text, _):
            // Shown as being said, it must not stay so.
            return personSegment == nil ? [] : [person(text, isFinal: true)]
        case .speaking(let heard): return tell(heard)
        case .spoken(let text): return tell(text) + end()
        case .interrupted(let heard): return tell(heard) + end()
        case .phase, .level, .saying, .answer, .resumed, .measured, .trouble, .loudspeaker, .microphone, .microphoneSilent,
            .farewell:
            return []
        }
    }

    private mutating func person(_ text: String, isFinal: Bool) -> Caption {
        let segment = personSegment ?? makeSegment()
        personSegment = isFinal ? nil : segment
        return .person(segment: segment, text: text, isFinal: isFinal)
    }

    private mutating func tell(_ heard: String) -> [Caption] {
        // After standing still it goes on a little before; what was told stays told.
        guard heard.count > told.count, heard.hasPrefix(told) else { return [] }
        var captions: [Caption] = []
        if ownSegment == nil {
            let segment = makeSegment()
            ownSegment = segment
            captions.append(.begin(segment: segment))
        }
        captions.append(.more(String(heard.dropFirst(told.count))))
        told = heard
        return captions
    }

    private mutating func end() -> [Caption] {
        defer { (ownSegment, told) = (nil, "") }
        return ownSegment.map { [.end(segment: $0)] } ?? []
    }
}

/// What the companion does, in the one word that front ends know. Pure.
struct RoomState: Sendable, Hashable {
    private(set) var word = "idle"

    /// - Returns: the new word, if it is another one.
    mutating func note(_ phase: TurnPhase) -> String? {
        let next =
            switch phase {
            case .idle, .listening, .capturing, .endpointing, .followUp: "listening"
            case .thinking: "thinking"
            case .speaking, .paused: "speaking"
            }
        guard next != word else { return nil }
        word = next
        return next
    }
}
