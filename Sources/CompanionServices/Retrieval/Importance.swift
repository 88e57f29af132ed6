import LocalStore

/// How much a memory matters apart from any question, 0 to 1: the original's weights as one bounded step.
enum Importance {
    static func of(_ memory: Memory) -> Double {
        let weight = byCategory[memory.category] ?? 0
        return memory.provenance.explicit ? max(weight, 0.8) : weight
    }

    private static let byCategory: [MemoryCategory: Double] = [
        .goal: 1, .relationship: 0.8, .plan: 0.6, .preference: 0.5, .interest: 0.4, .experience: 0.3, .fact: 0.2, .opinion: 0.1,
    ]
}
