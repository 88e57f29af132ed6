import LocalStore

/// What is known about a person when a conversation begins, in one piece.
package struct UserContext: Sendable, Hashable {
    package struct State: Sendable, Hashable {
        package let stage: ConversationStage
        package let trustScore: Double
        package let updatedAt: Timestamp?
    }

    package var userProfile: String
    package var conversationState: State
    /// Facts and preferences first, then whatever is recent; at most ten, no memory twice.
    package var recentMemories: [Memory]
    package var onboardingData: OnboardingDetails?
    package var lastConversation: LastConversation?
    package var userName: String?
    package var userGender: Gender
    package var fetchedAt: Timestamp
    /// Parts that could not be read and hold their default.
    package var missingParts: [String]

    package static let memoryLimit = 10
    static let criticalCategories: [MemoryCategory] = [.fact, .preference, .presentation]
    static let criticalLimit = 5

    /// What there is when nothing can be read.
    package static func empty(at now: Timestamp) -> UserContext {
        UserContext(
            userProfile: "",
            conversationState: State(stage: .orientation, trustScore: ConversationState.initialTrust, updatedAt: nil),
            recentMemories: [], onboardingData: nil, lastConversation: nil, userName: nil, userGender: .unknown, fetchedAt: now,
            missingParts: [])
    }
}

extension UserContext {
    /// Everything from one snapshot. A part that cannot be read keeps its default and is named in ``missingParts``.
    init(_ view: StoreView, at now: Timestamp) {
        self = .empty(at: now)
        func part<T>(_ name: String, _ body: () throws -> T) -> T? {
            do {
                return try body()
            } catch {
                missingParts.append(name)
                return nil
            }
        }
        userProfile = part("user_profile") { try view.userProfile()?.profileText ?? "" } ?? ""
        if let state = part("conversation_state", { try view.stageState() }) {
            conversationState = State(stage: state.stage, trustScore: state.trustScore, updatedAt: state.lastUpdated)
        }
        let critical = part("critical_memories") {
            try view.memories(categories: Self.criticalCategories, limit: Self.criticalLimit)
        }
        let recent = part("recent_memories") { try view.memories(limit: Self.memoryLimit) }
        var seen: Set<Int64> = []
        recentMemories = Array(
            ((critical ?? []) + (recent ?? [])).filter { seen.insert($0.id).inserted }.prefix(Self.memoryLimit))
        onboardingData = part("onboarding_data") { try view.onboardingDetails() } ?? nil
        lastConversation = part("last_conversation") { try LastConversation(view) } ?? nil
        userName = part("user_name") { try view.personName() } ?? nil
        userGender = part("user_gender") { try view.personGender() } ?? .unknown
    }
}
