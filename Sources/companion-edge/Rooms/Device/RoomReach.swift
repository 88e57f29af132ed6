import AudioIO

extension LiveKitRoom {
    /// How often it is asked whether data arrives, a second apart.
    private static let questions = 8
    /// Answers that only the other side gives: no such method, it failed, its answer is too long.
    private static let answers = [1400, 1500, 1504]

    /// Waits until what is sent gets to these participants. Data for somebody whose way for it is not open yet, as it is with who has
    /// only just come, is lost without a word.
    ///
    /// Who answers no calls is not waited for longer than it takes to ask.
    func reach(_ identities: Set<String>) async {
        await withDiscardingTaskGroup { group in
            for identity in identities { group.addTask { await self.reach(identity) } }
        }
    }

    private func reach(_ identity: String) async {
        await withTaskGroup(of: Bool.self) { group in
            for number in 0..<Self.questions {
                group.addTask {
                    do {
                        // What was asked in vain is waited for all the same: a busy device answers late.
                        try await Task.sleep(for: .seconds(number))
                        return try await self.isAnswered(by: identity)
                    } catch {
                        return false
                    }
                }
            }
            // The first answer is enough.
            while let isThere = await group.next(), !isThere {}
            group.cancelAll()
        }
    }

    private func isAnswered(by identity: String) async throws -> Bool {
        do {
            _ = try await call("companion.here", "", of: identity, within: .seconds(5))
            return true
        } catch let failure as RoomCallFailure {
            return Self.answers.contains(failure.code)
        }
    }
}
