import AudioIO
import CompanionServices
import Foundation
import LocalStore

/// Somebody in a room, and the companion that is theirs.
struct RoomVisit: Sendable {
    let companion: PersonCompanion
    /// Whose identity could not be read: nothing of the conversation is kept. The folder with what it needs meanwhile.
    private let folder: URL?

    var isAnonymous: Bool { folder != nil }

    /// Finds the person behind a participant's identity, `user-` and their id here or that of their account; someone who is new
    /// here gets a memory. Anybody else is a guest.
    init(_ participant: RoomParticipant, in household: Household, configuration: Configuration) async throws {
        if let person = try await Self.person(participant.identity, in: household) ?? configuration.testUser {
            _ = try await household.personOrNew(person.text)
            try await household.devices.markUsed(person)
            companion = try await household.companion(person)
            folder = nil
        } else {
            let folder = FileManager.default.temporaryDirectory.appending(
                path: "companion-guest-\(UUID())", directoryHint: .isDirectory)
            try FileManager.default.createDirectory(
                at: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            do {
                companion = try await household.guest(in: folder)
            } catch {
                try FileManager.default.removeItem(at: folder)
                throw error
            }
            self.folder = folder
        }
    }

    private static func person(_ identity: String, in household: Household) async throws -> UserID? {
        guard let id = try? UserID(identity: identity) else { return nil }
        // The cloud companion's rooms know people by their accounts.
        for person in try await household.people() where person.id != id {
            if try await household.devices.account(of: person.id)?.id.text == id.text { return person.id }
        }
        return id
    }

    /// The person has left. Of a guest nothing stays.
    func end(in household: Household) async throws {
        guard let folder else { return try await household.learnName(of: companion.store.userID) }
        let closed = Result { try companion.store.close() }
        try FileManager.default.removeItem(at: folder)
        try closed.get()
    }
}
