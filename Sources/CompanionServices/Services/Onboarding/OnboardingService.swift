import LocalStore

/// Turns the onboarding answers into memories and a first profile.
///
/// Each field is carried over by itself and once: running again changes nothing, an answer changed later is carried over then,
/// and what the person said, corrected or forgot in the meantime is never undone.
package final class OnboardingService: MeteredService {
    enum Counter: String, CaseIterable { case answersSaved, initialized, memoriesWritten, kept, failures }

    private let store: PersonStore
    private let profiles: ProfileService
    private let counters = ServiceCounters<Counter>("onboarding")

    package init(store: PersonStore, profiles: ProfileService) {
        self.store = store
        self.profiles = profiles
    }

    package var metrics: ServiceMetrics { counters.snapshot }

    package func details() async throws(ServiceError) -> OnboardingDetails? {
        try await store.perform(reading: "reading the onboarding answers") { try $0.onboardingDetails() }
    }

    /// Nothing is known about this person yet: no answers, no memories.
    package func needsOnboarding() async throws(ServiceError) -> Bool {
        try await store.perform(reading: "looking for onboarding answers") { view in
            try view.onboardingDetails() == nil && view.memoryCount() == 0
        }
    }

    /// Stores the answers and carries them over, memories in the same transaction.
    @discardableResult
    package func completeOnboarding(_ answers: OnboardingAnswers) async throws(ServiceError) -> OnboardingResult {
        let (details, memories) = try await counting {
            try await self.store.perform(writing: "saving the onboarding answers") { transaction in
                let details = try transaction.saveOnboardingDetails(
                    fullName: answers.fullName, gender: answers.gender, occupation: answers.occupation,
                    interests: answers.interests)
                _ = try transaction.updateProfile(isFirstLogin: false)
                return (details, try transaction.carryOver(details))
            }
        }
        counters.add(.answersSaved)
        return try await finish(details, memories)
    }

    /// Carries over whatever answers are stored, such as those a web page left in the cloud. Nil if there are none.
    @discardableResult
    package func initializeUserFromOnboarding() async throws(ServiceError) -> OnboardingResult? {
        let carried = try await counting {
            try await self.store.perform(writing: "carrying over the onboarding answers") { transaction in
                try transaction.view.onboardingDetails().map { ($0, try transaction.carryOver($0)) }
            }
        }
        guard let (details, memories) = carried else { return nil }
        return try await finish(details, memories)
    }

    private func finish(_ details: OnboardingDetails, _ memories: [Memory]) async throws(ServiceError) -> OnboardingResult {
        let hasProfile = try await counting { try await self.profiles.createProfileFromOnboarding() }
        counters.add(.initialized)
        counters.add(.memoriesWritten, memories.count)
        if memories.isEmpty { counters.add(.kept) }
        return OnboardingResult(details: details, memories: memories, hasProfile: hasProfile)
    }

    private func counting<T>(_ body: () async throws -> T) async throws(ServiceError) -> T {
        do {
            return try await body()
        } catch {
            counters.add(.failures)
            throw ServiceError(error, while: "an operation on the store")
        }
    }
}
