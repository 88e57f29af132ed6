import LocalStore
import Testing

@testable import CompanionServices

@Suite struct UserServiceTests {
    let person: Person

    init() throws {
        person = try Person()
    }

    @Test("the row is made once, with the whole id in its placeholder address")
    func ensure() async throws {
        #expect(try await person.users.profileExists() == false)
        try await person.users.ensureProfileExists()
        #expect(try await person.users.profileExists())
        let profile = try #require(try await person.users.userInfo())
        #expect(profile.email == "user_\(person.store.userID.text)@companion.local")
        #expect(profile.isFirstLogin)
    }

    @Test("ensuring again never touches a real address or the first-login flag")
    func insertOnly() async throws {
        try await person.users.updateUserProfile(email: "ayesha@example.org", isFirstLogin: false)
        try await UserService(store: person.store).ensureProfileExists()
        let profile = try #require(try await person.users.userInfo())
        #expect(profile.email == "ayesha@example.org")
        #expect(profile.isFirstLogin == false)
    }

    @Test("success is remembered: a hundred saves ensure the row once")
    func remembered() async throws {
        try await person.users.ensureProfileExists()
        let writes = person.store.writeStatistics.writes
        for _ in 0..<100 { try await person.users.ensureProfileExists() }
        #expect(person.store.writeStatistics.writes == writes)
        #expect(person.users.metrics.counters["ensured"] == 1)
    }

    @Test("an update changes only what it names")
    func partialUpdate() async throws {
        try await person.users.updateUserProfile(email: "a@b.pk")
        let profile = try await person.users.updateUserProfile(isFirstLogin: false)
        #expect(profile.email == "a@b.pk")
        #expect(profile.isFirstLogin == false)
    }

    @Test(
        "something that is no address is refused with an example", arguments: ["", "ayesha", "@b.pk", "a@", "a b@c.pk", "a@b@c"])
    func badAddress(_ email: String) async throws {
        let error = try #require(await serviceError { try await person.users.updateUserProfile(email: email) })
        #expect(error.code == .invalidInput)
        #expect(error.description.contains("name@example.org"))
    }

    @Test("a closed store is an error that is counted")
    func closed() async throws {
        try person.store.close()
        let error = try #require(await serviceError { try await person.users.userInfo() })
        #expect(error.code == .storage)
        #expect(person.users.metrics.counters["failures"] == 1)
    }
}
