import GRDB

/// The parent row of a person; `id` and `user_id` hold the same id.
package struct Profile: Sendable, Hashable, Codable {
    package let userID: UserID
    package let email: String?
    package let isFirstLogin: Bool
    package let createdAt: Timestamp
}

/// The written portrait of a person, three or four sentences.
package struct UserProfile: Sendable, Hashable, Codable {
    package let userID: UserID
    package let profileText: String
    package let createdAt: Timestamp
    package let updatedAt: Timestamp
}

/// What a person filled in when they were first asked.
package struct OnboardingDetails: Sendable, Hashable, Codable {
    package let id: String
    package let userID: UserID
    package let fullName: String?
    package let gender: String?
    package let occupation: String?
    package let interests: [String]
    package let createdAt: Timestamp
    package let updatedAt: Timestamp
}

extension Profile: FetchableRecord {
    package init(row: Row) throws {
        userID = try row.decode(UserID.self, forColumn: "user_id")
        email = row["email"]
        isFirstLogin = row["is_first_login"]
        createdAt = try row.decode(Timestamp.self, forColumn: "created_at")
    }
}

extension UserProfile: FetchableRecord {
    package init(row: Row) throws {
        userID = try row.decode(UserID.self, forColumn: "user_id")
        profileText = row["profile_text"]
        createdAt = try row.decode(Timestamp.self, forColumn: "created_at")
        updatedAt = try row.decode(Timestamp.self, forColumn: "updated_at")
    }
}

extension OnboardingDetails: FetchableRecord {
    package init(row: Row) throws {
        id = row["id"]
        userID = try row.decode(UserID.self, forColumn: "user_id")
        fullName = row["full_name"]
        gender = row["gender"]
        occupation = row["occupation"]
        interests = try row.jsonArray("interests").compactMap(\.stringValue)
        createdAt = try row.decode(Timestamp.self, forColumn: "created_at")
        updatedAt = try row.decode(Timestamp.self, forColumn: "updated_at")
    }
}
