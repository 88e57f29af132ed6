/// What one utterance suggests about stage and trust.
package struct StageSuggestion: Sendable, Hashable {
    package let currentStage: ConversationStage
    /// The next stage if it should be entered, else the current one.
    package let suggestedStage: ConversationStage
    package let shouldTransition: Bool
    /// 0 to 1; a step is made above 0.5.
    package let confidence: Double
    package let reason: String
    /// -2 to +3, before the limits per turn and day.
    package let trustAdjustment: Double
    package let detectedSignals: [String]
}

/// How signals move trust, and trust moves stages. Pure: the same words in the same state give the same answer.
struct TrustPolicy: Sendable {
    static let range = 0.0...10.0
    static let suggestedRange = -2.0...3.0
    /// Furthest one turn can move trust.
    static let perTurn = -1.0...0.5
    /// Furthest one local day can move it, up and down counted apart.
    static let perDay = -3.0...1.5
    static let requiredConfidence = 0.5

    let lexicon: SignalLexicon

    private static let weights: [(signal: Signal, weight: Double)] = [
        (.disclosure, 1.0), (.acceptance, 1.5), (.depth, 2.0), (.thanks, 0.3), (.curiosity, 0.3), (.lighter, -0.3),
        (.deflection, -0.5), (.discomfort, -1.0),
    ]
    private static let encouraging: Set<Signal> = [.disclosure, .acceptance, .depth, .curiosity, .thanks]
    /// With any of these nobody is led deeper.
    private static let holding: Set<Signal> = [.lighter, .deflection, .discomfort, .distress]
    /// A sentence of this many words shows somebody who is talking.
    private static let engagedWords = 4
    private static let engagedWeight = 0.1

    /// `recent` are the person's messages before this one, newest first.
    func suggestion(for input: String, recent: [String] = [], stage: ConversationStage, trust: Double, spent: DailyTrust)
        -> StageSuggestion
    {
        let words = Self.wordCount(input)
        let signals = lexicon.signals(in: input)
        var found = Self.weights.filter { signals.contains($0.signal) }.map(\.signal.rawValue)
        if signals.contains(.distress) { found.append(Signal.distress.rawValue) }
        var adjustment = Self.weights.reduce(0) { $0 + (signals.contains($1.signal) ? $1.weight : 0) }
        let isEngaged = words >= Self.engagedWords
        if isEngaged, signals.isDisjoint(with: Self.holding) {
            adjustment += Self.engagedWeight
            found.append("engaged")
        }
        let isTerse = words <= 1 && recent.prefix(2).count == 2 && recent.prefix(2).allSatisfy { Self.wordCount($0) <= 1 }
        if isTerse { found.append("one_word_answers") }
        adjustment = min(max(adjustment, Self.suggestedRange.lowerBound), Self.suggestedRange.upperBound)

        let support = Double(signals.intersection(Self.encouraging).count) * 0.15 + (isEngaged ? 0.1 : 0)
        let isHeld = isTerse || !signals.isDisjoint(with: Self.holding)
        let confidence = min(1, max(0, 0.5 + support - (isHeld ? 0.4 : 0)))
        let reached = trust + spent.allowed(adjustment)
        guard let next = stage.next else {
            return StageSuggestion(
                currentStage: stage, suggestedStage: stage, shouldTransition: false, confidence: 1, reason: "the last stage",
                trustAdjustment: adjustment, detectedSignals: found)
        }
        let isReached = reached >= next.entryTrust
        let shouldTransition = isReached && !isHeld && confidence > Self.requiredConfidence
        let reason =
            if isHeld {
                "they want it light, or need care first"
            } else if !isReached {
                "\(next.rawValue) begins at a trust of \(next.entryTrust)"
            } else if shouldTransition {
                "trust has grown and they are opening up"
            } else {
                "too little was said to tell"
            }
        return StageSuggestion(
            currentStage: stage, suggestedStage: shouldTransition ? next : stage, shouldTransition: shouldTransition,
            confidence: confidence, reason: reason, trustAdjustment: adjustment, detectedSignals: found)
    }

    /// The stage after a turn: one step on, one step back when trust has fallen below the stage, or the same.
    func stage(after suggestion: StageSuggestion, trust: Double) -> ConversationStage {
        let current = suggestion.currentStage
        if suggestion.shouldTransition, trust >= suggestion.suggestedStage.entryTrust { return suggestion.suggestedStage }
        if trust < current.exitTrust { return current.previous ?? current }
        return current
    }

    private static func wordCount(_ text: String) -> Int {
        text.split(whereSeparator: \.isWhitespace).count
    }
}

/// How much trust one local day has moved already, and the value finer than the shared row can hold.
struct DailyTrust: Sendable, Hashable, Codable {
    var day: Int64
    var gained = 0.0
    /// Zero or negative.
    var lost = 0.0
    /// The trust score itself. The cloud keeps one decimal; this is what small steps add up in.
    var fine: Double

    /// What is left of a wished adjustment within the limits of turn and day.
    func allowed(_ wish: Double) -> Double {
        let turn = min(max(wish, TrustPolicy.perTurn.lowerBound), TrustPolicy.perTurn.upperBound)
        if turn > 0 { return max(0, min(turn, TrustPolicy.perDay.upperBound - gained)) }
        return min(0, max(turn, TrustPolicy.perDay.lowerBound - lost))
    }

    mutating func spend(_ delta: Double) {
        if delta > 0 { gained += delta } else { lost += delta }
    }
}
