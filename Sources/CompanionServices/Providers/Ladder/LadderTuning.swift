/// How long things may take, and how long an answer may get.
package struct LadderTuning: Sendable, Hashable {
    /// How long the first words of a cloud's model may take before the next rung is asked too.
    package var cloudPatience = Duration.milliseconds(1200)
    /// The same for a server nearby, which has no network to wait for and often a slow processor.
    package var serverPatience = Duration.seconds(4)
    /// Shortest patience, however fast a cloud used to be.
    package var leastPatience = Duration.milliseconds(400)
    /// The same for a server nearby: it takes seconds to read what it does not know from before.
    package var leastServerPatience = Duration.milliseconds(1500)
    /// Longest silence in the middle of an answer.
    package var stall = Duration.milliseconds(1200)
    /// How long tools that a model calls may take.
    package var work = Duration.seconds(10)
    /// Longest time for a whole answer.
    package var total = Duration.seconds(30)
    /// After so many characters an answer ends with its sentence.
    package var enoughCharacters = 1_200
    /// After so many it ends.
    package var mostCharacters = 1_600

    package init() {}

    func patience(_ kind: LadderRung.Kind) -> (least: Duration, most: Duration) {
        switch kind {
        case .cloud: (min(leastPatience, cloudPatience), cloudPatience)
        case .server: (min(leastServerPatience, serverPatience), serverPatience)
        }
    }
}
