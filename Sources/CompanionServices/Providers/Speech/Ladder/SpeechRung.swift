import Logging
import Networking

/// A voice or a recogniser that a service runs, as one rung above those of this device.
package struct SpeechRung<Engine: Sendable>: Sendable {
    /// As people know it, such as `Uplift` or `Wyoming voice`.
    package let name: String
    package let kind: LadderRung.Kind
    package let languages: Set<Language>
    /// Whether there is a way to it.
    package let network: any NetworkWatching
    package let engine: Engine

    package init(
        name: String, kind: LadderRung.Kind, languages: Set<Language>, network: any NetworkWatching = AlwaysOnline(),
        engine: Engine
    ) {
        self.name = name
        self.kind = kind
        self.languages = languages
        self.network = network
        self.engine = engine
    }
}

/// How long services that speak and hear may take.
package struct SpeechTuning: Sendable, Hashable {
    /// How long the first sound or the words may take, however slow the service used to be; a cloud's.
    package var cloudPatience: Duration
    /// The same for a server nearby, which often has a slow processor.
    package var serverPatience: Duration
    /// Shortest patience, however fast a service used to be.
    package var leastPatience = Duration.milliseconds(500)
    /// How long words may take where nothing on this device could hear them instead.
    package var lonelyPatience = Duration.seconds(6)
    /// How long a listener may be left in silence in the middle of a sentence.
    package var stall = Duration.milliseconds(800)

    package init(patience: Duration = .milliseconds(1500)) {
        cloudPatience = patience
        serverPatience = max(patience, .seconds(3))
    }

    /// Where nobody waits for an answer.
    package static let leisurely: SpeechTuning = {
        var tuning = SpeechTuning(patience: .seconds(60))
        tuning.leastPatience = .seconds(60)
        tuning.lonelyPatience = .seconds(60)
        return tuning
    }()

    func patience(_ kind: LadderRung.Kind) -> (least: Duration, most: Duration) {
        let most = kind == .cloud ? cloudPatience : serverPatience
        return (min(leastPatience, most), most)
    }
}

/// What one rung of a ladder of voices or recognisers did so far.
package struct SpeechRungState: Sendable, Hashable {
    package let name: String
    package let health: RungHealth
}

/// The rungs of one capability, the best first, with what is remembered of them. One in a process: what one conversation found out
/// about a service is good for the next.
package final class SpeechRungs<Engine: Sendable>: Sendable {
    package let rungs: [SpeechRung<Engine>]
    let tuning: SpeechTuning
    let book: RungBook

    package init(_ rungs: [SpeechRung<Engine>] = [], tuning: SpeechTuning = SpeechTuning(), logger: Logger) {
        self.rungs = rungs
        self.tuning = tuning
        book = RungBook(rungs, tuning: tuning, logger: logger)
    }

    package var isEmpty: Bool { rungs.isEmpty }
    package var languages: Set<Language> { rungs.reduce(into: []) { $0.formUnion($1.languages) } }
    /// In the order in which they are asked.
    package var state: [SpeechRungState] { book.state }
}
