import Foundation

/// What the device decides for a person who has not decided otherwise.
package struct CompanionOptions: Sendable {
    package var timeZone: TimeZone
    /// The language of everything the companion says; nil follows the person.
    package var language: Language?

    package init(timeZone: TimeZone, language: Language? = nil) {
        self.timeZone = timeZone
        self.language = language
    }

    package init(_ configuration: Configuration) {
        self.init(timeZone: configuration.timeZone, language: configuration.language)
    }
}
