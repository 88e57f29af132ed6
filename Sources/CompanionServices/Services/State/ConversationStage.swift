/// How far a person has opened up; the five stages of the companion, in order.
package enum ConversationStage: String, Sendable, Hashable, Codable, CaseIterable {
    case orientation = "ORIENTATION"
    case engagement = "ENGAGEMENT"
    case guidance = "GUIDANCE"
    case reflection = "REFLECTION"
    case integration = "INTEGRATION"

    package var next: ConversationStage? { Self.allCases.first { $0.rank == rank + 1 } }
    package var previous: ConversationStage? { Self.allCases.last { $0.rank == rank - 1 } }

    package var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }

    /// The trust a stage is meant for.
    package var band: ClosedRange<Double> {
        switch self {
        case .orientation: 0...3
        case .engagement: 4...6
        case .guidance: 7...8
        case .reflection: 8...9
        case .integration: 9...10
        }
    }

    /// Trust from which the stage may be entered: the lower end of its band.
    var entryTrust: Double { band.lowerBound }

    /// Trust below which it is left again. Lower than ``entryTrust``, so that a wavering score does not make the companion
    /// waver.
    var exitTrust: Double {
        switch self {
        case .orientation: 0
        case .engagement: 3
        case .guidance: 6
        case .reflection: 7.5
        case .integration: 8.5
        }
    }
}
