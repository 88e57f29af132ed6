import Testing

@testable import CompanionServices

@Suite struct CrisisResourcesTests {
    @Test("Pakistan's lines are there in every language", arguments: Language.allCases)
    func pakistan(_ language: Language) throws {
        let resources = try CrisisResources()
        #expect(resources.lines(timeZone: "Asia/Karachi", language: language).map(\.number) == ["0311-7786264", "1122"])
        let text = resources.text(timeZone: "Asia/Karachi", language: language)
        #expect(text.contains("0311-7786264") && text.contains("1122") && text.contains(resources.general(language)))
    }

    @Test("elsewhere there is advice, and no number of another country", arguments: Language.allCases)
    func elsewhere(_ language: Language) throws {
        let resources = try CrisisResources()
        #expect(resources.lines(timeZone: "Europe/Paris", language: language).isEmpty)
        let text = resources.text(timeZone: "Europe/Paris", language: language)
        #expect(!text.isEmpty)
        #expect(!text.contains { $0.isNumber })
    }
}
