import Foundation
import Networking
import Synchronization
import TestSupport
import Testing

@testable import CompanionServices

/// When servers nearby are looked for, and who waits for it.
@Suite(.timeLimit(.minutes(20))) struct ModelServerFinderTests {
    /// Time that passes when the test says so.
    private final class Time: Sendable {
        private let passed = Mutex(Duration.zero)

        func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
        var elapsed: Duration { passed.withLock { $0 } }
    }

    private let time = Time()

    private func finder(_ ports: Int...) throws -> ModelServerFinder {
        ModelServerFinder(
            addresses: ports.compactMap { URL(string: "http://127.0.0.1:\($0)/v1") }, wanted: nil,
            modelSetting: "COMPANION_LOCAL_MODEL", transport: try CurlTransport(), elapsed: { [time] in time.elapsed })
    }

    @Test("a turn is answered from the last look at once, and the next one is under way meanwhile")
    func lookAgain() async throws {
        let server = try await ScriptedModels()
        let finder = try finder(server.port)
        #expect(await finder.model()?.name == "scripted-1")
        await server.stop()
        #expect(await finder.model() != nil, "the look is not old")
        time.pass(.seconds(31))
        #expect(await finder.model() != nil, "nobody waits for the new look")
        await finder.settled()
        #expect(await finder.model() == nil)
    }

    @Test("a server that came up later is found by the turn after the one that looked")
    func comesUp() async throws {
        let former = try await ScriptedModels()
        let port = former.port
        await former.stop()
        let finder = try finder(port)
        #expect(await finder.model() == nil)
        let server = try await ScriptedModels(port: port)
        time.pass(.seconds(31))
        #expect(await finder.model() == nil)
        await finder.settled()
        #expect(await finder.model()?.name == "scripted-1")
        withExtendedLifetime(server) {}
    }

    @Test("a server that wants another key, and one that is none, are told from nobody at all")
    func troubles() async throws {
        let server = try await ScriptedModels()
        try await server.always(fault: "closed")
        let address = try #require(URL(string: server.address))
        func trouble(_ key: String?, at address: URL) async throws -> LanguageModelError? {
            let finder = ModelServerFinder(
                addresses: [address], key: key.map { Secret($0) }, wanted: nil, modelSetting: "COMPANION_LOCAL_MODEL",
                transport: try CurlTransport())
            #expect(await finder.model() == nil)
            return await finder.trouble()
        }
        #expect(try await trouble("sk-wrong", at: address) == .keyRefused(setting: "OPENAI_API_KEY"))
        #expect(try await trouble(nil, at: address) == .keyMissing(setting: "OPENAI_API_KEY"))
        guard case .notTheService? = try await trouble(nil, at: address.appending(path: "nowhere")) else {
            Issue.record("a wrong path is not told")
            return
        }
        await server.stop()
        guard case .network? = try await trouble(nil, at: address) else {
            Issue.record("nobody is not told")
            return
        }
    }

    @Test("the first of several addresses at which somebody answers is taken, and all are looked at together")
    func first() async throws {
        let (one, two) = (try await ScriptedModels(), try await ScriptedModels())
        let finder = try finder(9, one.port, two.port)
        await finder.beginLooking()
        await finder.settled()
        #expect(await finder.model()?.server.address == one.address)
        withExtendedLifetime(two) {}
    }
}
