import Foundation

/// What the device decides for a person who has not decided otherwise.
package struct CompanionOptions: Sendable {
    package var timeZone: TimeZone
    /// The language of everything the companion says; nil follows the person.
    package var language: Language?
    package var budget: DailyBudget
    /// Whether models may look at how the machinery is.
    package var offersMonitoring = false

    package init(timeZone: TimeZone, language: Language? = nil, budget: DailyBudget? = nil) {
        self.timeZone = timeZone
        self.language = language
        self.budget = budget ?? DailyBudget(zone: timeZone)
    }

    package init(_ configuration: Configuration) {
        self.init(
            timeZone: configuration.timeZone, language: configuration.language,
            budget: DailyBudget(
                limits: configuration.dailyLimits, prices: configuration.modelPrices, zone: configuration.timeZone))
        offersMonitoring = configuration.offersMonitoring
    }
}
