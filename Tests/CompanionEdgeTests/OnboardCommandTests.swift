import Testing
import TestSupport

@testable import companion_edge

@Suite struct OnboardCommandTests {
    private let house: CommandHouse

    init() throws {
        house = try CommandHouse()
    }

    @Test("answers as options become memories, and the name can be used")
    func options() async throws {
        let outcome = try await house.run(
            "onboard", "--name", "Amina Khan", "--occupation", "teacher", "--interests", "poetry, چائے")
        #expect(outcome.status == .ok)
        #expect(outcome.output.contains("Amina Khan"))
        let memories = try await house.run("memory", "list", "--json", "--user", "Amina Khan")
        #expect(memories.output.contains("teacher") && memories.output.contains("چائے"))
        let profile = try await house.run("profile", "show", "--json").json()
        #expect(profile["full_name"]?.text == "Amina Khan")
        #expect(profile["interests"]?.count == 2)
    }

    @Test("asks at a terminal; what is left empty stays open")
    func asks() async throws {
        let outcome = try await house.run("onboard", typing: [.line("Bilal"), .line(""), .line(" driver "), .line("")])
        #expect(outcome.status == .ok)
        let profile = try await house.run("profile", "--json").json()
        #expect(profile["full_name"]?.text == "Bilal")
        #expect(profile["occupation"]?.text == "driver")
        #expect(profile["gender"] == nil)
    }

    @Test("giving up in the middle saves nothing")
    func givenUp() async throws {
        let outcome = try await house.run("onboard", typing: [.line("Bilal"), .interrupted])
        #expect(outcome.status == .interrupted)
        #expect(try await house.run("users", "list", "--json").json().count == 0)
    }

    @Test("a JSON file")
    func json() async throws {
        let text = #"{"full_name": "Amina Khan", "gender": null, "interests": ["poetry", "tea"]}"#
        #expect(try await house.run("onboard", "--json", "-", input: text).status == .ok)
        #expect(try await house.run("profile", "--json").json()["interests"]?.count == 2)
    }

    @Test(
        "a JSON file that cannot be used",
        arguments: [
            ("", "not JSON"), ("[1]", "not a JSON object"), (#"{"name": "x"}"#, "did you mean full_name?"),
            (#"{"full_name": 5}"#, "not a text"), (#"{"interests": [1]}"#, "not a text"), ("{}", "Nothing was answered"),
            (#"{"full_name": "  "}"#, "Nothing was answered"), ("\u{FF}", "not JSON"),
        ])
    func badJSON(text: String, complaint: String) async throws {
        let outcome = try await house.run("onboard", "--json", "-", input: text)
        #expect(outcome.status == .data)
        #expect(outcome.errors.contains(complaint))
    }

    @Test("nobody to ask and no answers")
    func nobodyThere() async throws {
        #expect(try await house.run("onboard").status == .usage)
    }
}
