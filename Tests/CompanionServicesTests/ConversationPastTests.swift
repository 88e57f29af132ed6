import Testing

@testable import CompanionServices

/// What was true before, and what goes when something is denied.
@Suite struct ConversationPastTests {
    @Test(
        "where somebody lived before is known from what was replaced",
        arguments: [
            ["I live in Lahore", "I moved to Karachi last month", "where did I live before?", "Lahore"],
            ["میں لاہور میں رہتا ہوں", "میں اب کراچی میں رہتا ہوں", "میں پہلے کہاں رہتا تھا؟", "لاہور"],
            ["main Lahore mein rehta hoon", "main ab Karachi mein rehta hoon", "main pehle kahan rehta tha?", "Lahore"],
        ])
    func livedBefore(script: [String]) async throws {
        let harness = try ConversationHarness()
        #expect(try await !harness.say(script[2]).contains(script[3]))
        try await harness.say(script[0])
        try await harness.say(script[1])
        #expect(try await harness.say(script[2]).contains(script[3]))
    }

    @Test("a pet that is denied takes its name with it, and undo brings both back")
    func petIsDenied() async throws {
        let harness = try ConversationHarness()
        try await harness.say("I have a cat named Mano")
        #expect(try await harness.say("what is my cat's name?").contains("Mano"))
        try await harness.say("I don't have a cat")
        #expect(try await harness.memories().isEmpty)
        try await harness.say("undo that")
        #expect(try await harness.memory("RELATIONSHIP/cat_name") == "Mano")
        #expect(try await harness.memory("FACT/pet_cat") == "cat")
    }
}
