/// Whom to call when somebody is in danger, by country and language.
package struct CrisisResources: Sendable {
    /// A line that can be called.
    package struct Line: Sendable, Hashable, Decodable {
        package let name: String
        package let number: String
        package let purpose: String
    }

    private struct Country: Decodable {
        let zones: [String]
        /// By language.
        let lines: [String: [Line]]
    }

    private struct File: Decodable {
        let countries: [String: Country]
        /// What to say anywhere, by language.
        let anywhere: [String: String]
    }

    private let file: File

    package init() throws(ServiceError) {
        file = try ServiceData.load(File.self, from: "resources")
        for language in Language.allCases where file.anywhere[language.rawValue]?.isEmpty != false {
            throw ServiceError(.programData, "the data file resources.json has no general advice for '\(language.rawValue)'")
        }
    }

    /// Lines of the country that the person's time zone belongs to; none for a country that is not known.
    package func lines(timeZone: String, language: Language) -> [Line] {
        let country = file.countries.values.first { $0.zones.contains(timeZone) }
        return country?.lines[language.rawValue] ?? []
    }

    /// Advice that holds everywhere.
    package func general(_ language: Language) -> String {
        file.anywhere[language.rawValue] ?? ""
    }

    /// The lines, one sentence each, and the advice that holds everywhere.
    package func text(timeZone: String, language: Language) -> String {
        let lines = lines(timeZone: timeZone, language: language).map { "\($0.name): \($0.number) (\($0.purpose))" }
        return (lines + [general(language)]).joined(separator: "\n")
    }
}
