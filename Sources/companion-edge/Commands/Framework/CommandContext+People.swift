import CompanionServices
import Foundation
import LocalStore

extension CommandContext {
    /// The person a command is about: `--user`, else `COMPANION_USER`, else the only one known.
    func companion(_ shared: SharedOptions) async throws -> PersonCompanion {
        let household = try await households.household()
        let person = try await household.person(asked(shared))
        return try await household.companion(person.id)
    }

    /// The same for commands that begin a person's life here.
    func companionOrNew(_ shared: SharedOptions) async throws -> PersonCompanion {
        let household = try await households.household()
        let person = try await household.personOrNew(asked(shared))
        return try await household.companion(person.id)
    }

    func person(_ shared: SharedOptions) async throws -> Person {
        try await households.household().person(asked(shared))
    }

    /// Whose store a file must be: also of somebody who is not known here yet, if the UUID is given.
    func expectedID(_ shared: SharedOptions) async throws -> UserID? {
        guard let asked = asked(shared) else { return nil }
        if let id = try? UserID(identity: asked) { return id }
        return try await households.household().person(asked).id
    }

    /// The person named by the caller; `nil` where nobody is.
    func asked(_ shared: SharedOptions) -> String? { shared.user ?? configuration.user }
}

extension CommandContext {
    /// Times in the person's zone: the caller's setting if there is one, else what the person told, else the default.
    func moments(_ companion: PersonCompanion) async throws -> Moments {
        Moments(timeZone: try await timeZone(of: companion))
    }

    func timeZone(of companion: PersonCompanion) async throws -> TimeZone {
        if configuration.isSet(.timeZone) { return configuration.timeZone }
        let told = try await companion.store.read { view in try view.setting(PersonSetting.timeZone) }
        return told.flatMap(TimeZone.init(identifier:)) ?? configuration.timeZone
    }
}
