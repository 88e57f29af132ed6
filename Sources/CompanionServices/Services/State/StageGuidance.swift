/// What to aim for at a stage of the relation.
package struct StageGuidance: Sendable, Hashable, Decodable {
    package let goal: String
    package let approach: [String]
    package let topics: [String]
    package let trustBuilding: [String]

    static let empty = StageGuidance(goal: "", approach: [], topics: [], trustBuilding: [])

    /// As Markdown, for a prompt or a page.
    package func markdown(for stage: ConversationStage) -> String {
        let band = "\(stage.band.lowerBound.formattedShort)-\(stage.band.upperBound.formattedShort)"
        return """
            ## \(stage.rawValue) (trust \(band))

            **Goal:** \(goal)

            **Approach**
            \(Self.list(approach))

            **Topics**
            \(Self.list(topics))

            **Building trust**
            \(Self.list(trustBuilding))
            """
    }

    static func load() throws(ServiceError) -> [ConversationStage: StageGuidance] {
        let named = try ServiceData.load([String: StageGuidance].self, from: "stages")
        var result: [ConversationStage: StageGuidance] = [:]
        for stage in ConversationStage.allCases {
            guard let guidance = named[stage.rawValue] else {
                throw ServiceError(.programData, "the data file stages.json says nothing about \(stage.rawValue)")
            }
            result[stage] = guidance
        }
        return result
    }

    private static func list(_ items: [String]) -> String {
        items.map { "- \($0)" }.joined(separator: "\n")
    }
}

extension Double {
    /// Without decimals where there are none.
    fileprivate var formattedShort: String { Int(exactly: self).map(String.init) ?? String(self) }
}
