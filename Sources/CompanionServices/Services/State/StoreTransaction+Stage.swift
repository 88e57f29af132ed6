import Foundation
import LocalStore

extension StoreView {
    func stageState() throws -> StageState {
        let row = try conversationState()
        let trust = try row.map { try fineTrust(of: $0) } ?? ConversationState.initialTrust
        return StageState(
            // A stage that only a newer program knows is treated as the first.
            stage: row.flatMap { ConversationStage(rawValue: $0.stage) } ?? .orientation, trustScore: trust,
            lastUpdated: row?.updatedAt, metadata: row?.metadata ?? [:], stageHistory: row?.stageHistory ?? [])
    }

    /// What today has moved so far; a new local day begins with nothing.
    func dailyTrust(at now: Timestamp) throws -> DailyTrust {
        let today = now.localDay(in: try personTimeZone())
        let trust = try stageState().trustScore
        if var kept = try decodedSetting(DailyTrust.self, PersonSetting.trustLedger), kept.day == today {
            kept.fine = trust
            return kept
        }
        return DailyTrust(day: today, fine: trust)
    }

    /// The row may hold our value rounded to one decimal by the cloud: then the finer one still counts. Anything further off is
    /// somebody else's change.
    private func fineTrust(of row: ConversationState) throws -> Double {
        let shared = min(max(row.trustScore, TrustPolicy.range.lowerBound), TrustPolicy.range.upperBound)
        guard let kept = try decodedSetting(DailyTrust.self, PersonSetting.trustLedger)?.fine else { return shared }
        return abs(kept - shared) <= 0.05 + 1e-9 ? kept : shared
    }
}

extension StoreTransaction {
    /// Changes stage, trust and metadata as given and keeps the rest of the row; a change of stage is added to its history.
    @discardableResult
    func saveStageState(
        stage: ConversationStage? = nil, trust: Double? = nil, metadata: [String: JSONValue]? = nil, spent: DailyTrust? = nil
    ) throws -> StageState {
        let old = try view.stageState()
        let bounded = min(max(trust ?? old.trustScore, TrustPolicy.range.lowerBound), TrustPolicy.range.upperBound)
        // Three decimals: finer than any single step, and free of binary crumbs such as 3.3000000000000003.
        let newTrust = (bounded * 1000).rounded() / 1000
        let newStage = stage ?? old.stage
        var row = try view.conversationState() ?? ConversationState(newFor: userID, at: now)
        if newStage != old.stage {
            row.stageHistory.append(
                StageChange(from: old.stage.rawValue, to: newStage.rawValue, timestamp: now, trustScore: newTrust))
        }
        row.stage = newStage.rawValue
        row.trustScore = newTrust
        if let metadata { row.metadata = metadata }
        row.updatedAt = now
        var ledger = try spent ?? view.dailyTrust(at: now)
        ledger.fine = newTrust
        try saveConversationState(row)
        try encodeSetting(PersonSetting.trustLedger, ledger)
        return try view.stageState()
    }

    func adjustTrust(by delta: Double, reason: String) throws -> StageState {
        let old = try view.stageState()
        return try saveStageState(
            trust: old.trustScore + delta, metadata: old.metadata.adding(delta: delta, reason: reason, at: now))
    }
}

extension [String: JSONValue] {
    /// With a note of the last change of trust.
    func adding(delta: Double, reason: String, at time: Timestamp) -> Self {
        var result = self
        result["last_trust_adjustment"] = [
            "delta": .double(delta), "reason": .string(reason), "timestamp": .string(time.iso8601),
        ]
        return result
    }
}
