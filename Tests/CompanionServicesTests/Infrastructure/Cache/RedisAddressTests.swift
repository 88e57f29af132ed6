import Foundation
import Networking
import TestSupport
import Testing

@testable import CompanionServices

@Suite struct RedisAddressTests {
    @Test("every form that Redis clients take is understood")
    func forms() throws {
        let plain = try RedisAddress(parsing: "redis://localhost")
        #expect(plain.endpoint == .tcp(host: "localhost", port: 6379, isEncrypted: false) && plain.database == 0)
        #expect(plain.user == nil && plain.password == nil)
        let full = try RedisAddress(parsing: "rediss://amina:p%40ss%23%2F@cache.home:6380/3")
        #expect(full.endpoint == .tcp(host: "cache.home", port: 6380, isEncrypted: true))
        #expect(full.user == "amina" && full.password?.reveal() == "p@ss#/" && full.database == 3)
        let only = try RedisAddress(parsing: "redis://:secret@[::1]:7000")
        #expect(only.endpoint == .tcp(host: "::1", port: 7000, isEncrypted: false) && only.user == nil)
        #expect(only.password?.reveal() == "secret")
        let socket = try RedisAddress(parsing: "unix:///run/redis/redis.sock?db=2&password=x")
        #expect(socket.endpoint == .local(path: "/run/redis/redis.sock") && socket.database == 2)
        #expect(try RedisAddress(parsing: "unix://:hush@/run/r.sock").password?.reveal() == "hush")
        #expect(try RedisAddress(parsing: "redis://h/?db=4").database == 4)
    }

    @Test(
        "what cannot be used says why, and never shows the password",
        arguments: [
            ("http://:hush@h", "begin with"), ("redis://", "no host"), ("redis:localhost", "no host"),
            ("redis://:hush@h/zero", "number of a database"), ("redis://h/-1", "number of a database"),
            ("redis://:hush@h?colour=1", "no option"), ("unix://", "no socket"), ("unix://host/a", "no socket"),
            ("redis://:hush#/x@h", "%23"), ("redis://:hush@h:99999", "port"), ("cache.home:6379", "begin with"),
            ("unix:///\(String(repeating: "long/", count: 30))s", "too long"),
        ])
    func problems(text: String, why: String) throws {
        let error = #expect(throws: RedisAddress.Problem.self) { try RedisAddress(parsing: text) }
        let said = try #require(error?.text)
        #expect(said.contains(why), "\(said)")
        #expect(!said.contains("hush"))
    }

    @Test("the settings name the key that is wrong, and refuse to send what people tell unencrypted over the internet")
    func settings() throws {
        let folder = try TemporaryDirectory()
        func load(_ values: [String: String]) throws -> Configuration {
            try Configuration(
                from: ConfigurationSources(
                    environment: values.merging(["HOME": folder.url.path]) { first, _ in first }, workingDirectory: folder.url))
        }
        for wrong in ["redis://h/x", "redis://:hush@cache.example.org", "localhost"] {
            let error = try #require(throws: ConfigurationError.self) { try load(["REDIS_URL": wrong]) }
            #expect(error.problems.count == 1 && error.problems[0].key == "REDIS_URL")
            #expect(!"\(error)".contains("hush"))
        }
        #expect(try load(["REDIS_URL": "rediss://cache.example.org"]).redis != nil)
        #expect(try load(["REDIS_URL": "redis://cache.example.org", "COMPANION_ALLOW_PLAIN_HTTP": "true"]).redis != nil)
        #expect(try load(["REDIS_URL": "redis://192.168.1.4", "REDIS_ENABLED": "false"]).redis == nil)
        #expect(try load([:]).redis?.endpoint == .tcp(host: "localhost", port: 6379, isEncrypted: false))
    }
}
