import Foundation
import GRDB

extension StoreView {
    package func profile() throws -> Profile? {
        try Profile.fetchOne(db.cachedStatement(sql: "SELECT * FROM profiles WHERE id = ?"), arguments: [userID.text])
    }

    package func userProfile() throws -> UserProfile? {
        try UserProfile.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM user_profiles WHERE user_id = ?"), arguments: [userID.text])
    }

    package func onboardingDetails() throws -> OnboardingDetails? {
        try OnboardingDetails.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM onboarding_details WHERE user_id = ?"), arguments: [userID.text])
    }

    package func conversationState() throws -> ConversationState? {
        try ConversationState.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM conversation_state WHERE user_id = ?"), arguments: [userID.text])
    }

    /// A choice of this person's that stays on this device.
    package func setting(_ key: String) throws -> String? {
        try String.fetchOne(db.cachedStatement(sql: "SELECT value FROM settings WHERE key = ?"), arguments: [key])
    }
}

extension StoreTransaction {
    /// Makes the parent row if it is missing; never changes one that exists.
    package func ensureProfile() throws -> Profile {
        if let profile = try view.profile() { return profile }
        try execute(
            "INSERT OR IGNORE INTO profiles (id, user_id, email, is_first_login, created_at) VALUES (?1, ?1, ?2, 1, ?3)",
            [userID.text, "user_\(userID.text)@companion.local", now])
        return try existing(view.profile(), in: "profiles")
    }

    /// Changes what is given and leaves the rest.
    package func updateProfile(email: String? = nil, isFirstLogin: Bool? = nil) throws -> Profile {
        _ = try ensureProfile()
        try execute(
            "UPDATE profiles SET email = coalesce(?, email), is_first_login = coalesce(?, is_first_login) WHERE id = ?",
            [email, isFirstLogin, userID.text])
        return try existing(view.profile(), in: "profiles")
    }

    package func saveUserProfile(_ text: String) throws -> UserProfile {
        _ = try ensureProfile()
        try execute(
            """
            INSERT INTO user_profiles (user_id, profile_text, created_at, updated_at) VALUES (?1, ?2, ?3, ?3)
            ON CONFLICT (user_id) DO UPDATE SET profile_text = excluded.profile_text, updated_at = excluded.updated_at
            """, [userID.text, text, now])
        return try existing(view.userProfile(), in: "user_profiles")
    }

    /// Stores what was filled in; nil leaves a field as it was.
    package func saveOnboardingDetails(
        fullName: String? = nil, gender: String? = nil, occupation: String? = nil, interests: [String]? = nil
    ) throws -> OnboardingDetails {
        _ = try ensureProfile()
        let list = interests.map { JSONValue.array($0.map(JSONValue.string)).text }
        try execute(
            """
            INSERT INTO onboarding_details (user_id, id, full_name, gender, occupation, interests, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, coalesce(?6, '[]'), ?7, ?7)
            ON CONFLICT (user_id) DO UPDATE SET full_name = coalesce(?3, full_name), gender = coalesce(?4, gender),
                occupation = coalesce(?5, occupation), interests = coalesce(?6, interests), updated_at = ?7
            """, [userID.text, UUID().uuidString.lowercased(), fullName, gender, occupation, list, now])
        return try existing(view.onboardingDetails(), in: "onboarding_details")
    }

    /// Writes the whole row; the outbox gets what differs.
    package func saveConversationState(_ state: ConversationState) throws {
        _ = try ensureProfile()
        try execute(
            """
            INSERT INTO conversation_state (user_id, stage, trust_score, metadata, stage_history, last_summary, last_topics,
                last_user_message, last_assistant_message, last_conversation_at, created_at, updated_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            ON CONFLICT (user_id) DO UPDATE SET stage = ?2, trust_score = ?3, metadata = ?4, stage_history = ?5, last_summary = ?6,
                last_topics = ?7, last_user_message = ?8, last_assistant_message = ?9, last_conversation_at = ?10, updated_at = ?12
            """,
            [
                userID.text, state.stage, min(10, max(0, state.trustScore)), JSONValue.object(state.metadata).text,
                JSONValue.array(state.stageHistory.map(\.json)).text, state.lastSummary,
                JSONValue.array(state.lastTopics.map(JSONValue.string)).text, state.lastUserMessage, state.lastAssistantMessage,
                state.lastConversationAt, state.createdAt, now,
            ])
    }

    /// Nil takes the choice away.
    package func setSetting(_ key: String, _ value: String?) throws {
        if let value {
            try execute(
                "INSERT INTO settings (key, value) VALUES (?1, ?2) ON CONFLICT (key) DO UPDATE SET value = ?2", [key, value])
        } else {
            try execute("DELETE FROM settings WHERE key = ?", [key])
        }
    }

    func existing<Record>(_ record: Record?, in table: String) throws -> Record {
        guard let record else { throw StoreError.noSuchRow(table: table, id: userID.logForm) }
        return record
    }
}
