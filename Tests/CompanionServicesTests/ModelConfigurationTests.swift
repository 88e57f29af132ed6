import Foundation
import TestSupport
import Testing

@testable import CompanionServices

/// The settings of language models.
@Suite struct ModelConfigurationTests {
    private let folder: TemporaryDirectory

    init() throws {
        folder = try TemporaryDirectory()
    }

    private func load(_ environment: [String: String]) throws(ConfigurationError) -> Configuration {
        try Configuration(
            from: ConfigurationSources(
                environment: ["HOME": folder.url.path].merging(environment) { _, given in given },
                workingDirectory: folder.url, systemFile: folder.file("none")))
    }

    @Test("without any, a server on this machine is looked for")
    func defaults() throws {
        let configuration = try load([:])
        #expect(configuration.modelServer == .find)
        #expect(configuration.openAIModel == "gpt-4o-mini")
        #expect(configuration.modelPatience == .milliseconds(1200))
        #expect(configuration.localModel == nil)
    }

    @Test("a server is named, or not wanted")
    func server() throws {
        #expect(try load(["COMPANION_MODEL_SERVER": "OFF"]).modelServer == .off)
        let address = try #require(URL(string: "http://192.168.1.20:8080/v1"))
        #expect(try load(["COMPANION_MODEL_SERVER": "http://192.168.1.20:8080/v1"]).modelServer == .at(address))
    }

    @Test(
        "an address that cannot be used is named with its setting",
        arguments: [
            ("OPENAI_BASE_URL", "api.example.org/v1", "not an address"), ("OPENAI_BASE_URL", "localhost:8080/v1", "https://"),
            ("COMPANION_MODEL_SERVER", "yes", "not an address"), ("COMPANION_MODEL_SERVER", "ftp://nas/v1", "https://"),
            ("OPENAI_BASE_URL", "api.example.org/v1", "write https://api.example.org/v1"),
            ("OPENAI_BASE_URL", "https://", "names no host"), ("OPENAI_BASE_URL", "https://api example.org/v1", "not an address"),
            ("OPENAI_BASE_URL", "https://api.example.org/v1?key=sk-hush", "after its path"),
            ("COMPANION_SPEECH_SERVER", "https://api.example.org/v1#sk-hush", "after its path"),
            ("OPENAI_BASE_URL", "http://api.example.org/v1", "COMPANION_ALLOW_PLAIN_HTTP"),
            ("COMPANION_MODEL_SERVER", "http://8.8.8.8/v1", "COMPANION_ALLOW_PLAIN_HTTP"),
            ("COMPANION_EMBEDDING_SERVER", "http://8.8.8.8/v1", "COMPANION_ALLOW_PLAIN_HTTP"),
            ("COMPANION_EMBEDDING_SERVER", "nas:8081/v1", "https://"), ("COMPANION_MODEL_PATIENCE_MS", "5", "200"),
            ("COMPANION_DAILY_TOKENS", "many", "whole number"),
            ("COMPANION_DAILY_COST", "1,50", "no amount"), ("COMPANION_MODEL_PRICES", "gpt-4o-mini", "no list of prices"),
        ])
    func refused(name: String, value: String, words: String) throws {
        do throws(ConfigurationError) {
            _ = try load([name: value])
            Issue.record("\(value) is taken")
        } catch {
            #expect(error.description.contains(name) && error.description.contains(words), "\(error)")
            #expect(!error.description.contains("hush"))
        }
    }

    @Test("what a day may cost is none at first, and money needs the price of the model it is counted for")
    func limits() throws {
        #expect(try load([:]).dailyLimits.isEmpty)
        #expect(try load([:]).modelPrices.price(of: "gpt-4o-mini") != nil)
        var settings = ["OPENAI_API_KEY": "sk-x", "OPENAI_MODEL": "new-model", "COMPANION_DAILY_COST": "0.50"]
        do throws(ConfigurationError) {
            _ = try load(settings)
            Issue.record("a limit without a price is taken")
        } catch {
            #expect(error.description.contains("COMPANION_MODEL_PRICES") && error.description.contains("new-model=READ/SAID"))
        }
        settings["COMPANION_MODEL_PRICES"] = "new-model=1/2"
        #expect(try load(settings).dailyLimits == DailyBudget.Limits(cost: Money("0.50")))
    }

    @Test("money needs the price of the model of vectors too, where that is in the cloud")
    func vectorPrices() throws {
        var settings = ["COMPANION_EMBEDDING_MODEL": "vectors-9", "COMPANION_DAILY_COST": "0.50"]
        do throws(ConfigurationError) {
            _ = try load(settings)
            Issue.record("a limit without a price is taken")
        } catch {
            #expect(error.description.contains("vectors-9=READ/SAID"))
        }
        settings["COMPANION_EMBEDDING_SERVER"] = "http://192.168.1.20:8081/v1"
        #expect(try load(settings).embeddingModel == "vectors-9")
        #expect(try load([:]).modelPrices.price(of: "text-embedding-3-small") != nil)
    }

    @Test("plain http goes out of the house only when that is allowed")
    func allowed() throws {
        let settings = ["OPENAI_BASE_URL": "http://api.example.org/v1", "COMPANION_ALLOW_PLAIN_HTTP": "true"]
        #expect(try load(settings).openAIBaseURL?.host() == "api.example.org")
    }

    @Test(
        "this machine and the home's network are told from the internet",
        arguments: [
            ("localhost", true), ("127.0.0.1", true), ("127.8.9.1", true), ("::1", true), ("[fd12::1]", true),
            ("fe80::1%eth0", true),
            ("10.0.0.5", true), ("172.16.0.1", true), ("172.31.255.1", true), ("192.168.0.10", true), ("nas", true),
            ("NAS.local", true), ("box.home.arpa", true), ("172.32.0.1", false), ("8.8.8.8", false), ("2001:db8::1", false),
            ("api.openai.com", false), ("192.168.0.10.evil.org", false), ("evil.org", false), ("127.0.0.1.evil.org", false),
        ])
    func home(host: String, isAtHome: Bool) {
        #expect(HomeNetwork.holds(host) == isAtHome)
    }
}
