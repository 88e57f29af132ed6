import ArgumentParser
import CompanionServices
import Foundation
import LocalStore

/// Recall of evidence turns on LoCoMo conversations (github.com/snap-research/locomo): the unit is one turn, one store a
/// conversation, questions without evidence left out.
struct LoCoMoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "locomo", abstract: "Recall of evidence turns on LoCoMo conversations.",
        discussion: "Example: companion-bench locomo locomo.json --facts")

    @Argument(help: "The LoCoMo file (JSON).")
    var file: String

    @Flag(help: "Store the data's observations as memories that point at their turns.")
    var facts = false

    @Flag(help: "Use the boosts by importance, age and context.")
    var boosts = false

    func run() async throws {
        let conversations = try LoCoMo.load(try evaluationData(at: file, called: "LoCoMo"))
        var results: [LoCoMo.Result] = []
        let clock = ContinuousClock()
        var spent = Duration.zero
        for conversation in conversations {
            let moment = BenchClock(conversation.turns.first?.date ?? Timestamp(milliseconds: 0))
            let (found, duration) = try await withScratchStore(clock: moment) { store, _ in
                let ids = try await conversation.write(to: store, clock: moment, facts: facts)
                let retriever = Retriever(lexicon: try ConceptLexicon.bundled())
                return try await store.read { [boosts, facts] view in
                    let start = clock.now
                    let found = try conversation.questions.map { question in
                        let request = RetrievalRequest(question.text, limit: facts ? 60 : 20, usesBoosts: boosts)
                        let hits = try retriever.search(request, in: view, now: moment.now())
                        let turns = hits.compactMap { hit in hit.message.flatMap { ids[$0.id] } }
                        return LoCoMo.Result(category: question.category, evidence: question.evidence, found: turns)
                    }
                    return (found, clock.now - start)
                }
            }
            results += found
            spent += duration
        }
        LoCoMo.report(results)
        print("\(results.count) questions, mean \(spent / max(results.count, 1)) a question")
    }
}

/// The parts of the data that are measured.
struct LoCoMo: Sendable {
    struct Turn: Sendable {
        let id: String
        let session: Int
        let text: String
        let date: Timestamp
    }

    struct Question: Sendable {
        let text: String
        let category: Int
        let evidence: Set<String>
    }

    struct Observation: Sendable {
        let text: String
        let turn: String
    }

    struct Result: Sendable {
        let category: Int
        let evidence: Set<String>
        let found: [String]

        func recall(_ k: Int) -> Double {
            Double(evidence.intersection(found.prefix(k)).count) / Double(evidence.count)
        }
    }

    let turns: [Turn]
    let questions: [Question]
    let observations: [Observation]

    /// Writes the turns as messages, a conversation a session; returns the turn of each message id.
    func write(to store: PersonStore, clock: BenchClock, facts: Bool) async throws -> [String: String] {
        var turnOf: [String: String] = [:]
        for session in Set(turns.map(\.session)).sorted() {
            let said = turns.filter { $0.session == session }
            if let date = said.first?.date { clock.set(date) }
            turnOf.merge(
                try await store.write { transaction in
                    _ = try transaction.ensureProfile()
                    let conversation = try transaction.startConversation(channel: "terminal", language: "en")
                    var ids: [String: String] = [:]
                    for turn in said {
                        let message = try transaction.appendMessage(
                            conversationID: conversation.id, role: .user, text: turn.text, language: "en", details: [:])
                        ids[message.id] = turn.id
                    }
                    return ids
                }
            ) { first, _ in first }
        }
        if facts {
            let messageOf = Dictionary(turnOf.map { ($1, $0) }) { first, _ in first }
            try await store.write { transaction in
                for (index, observation) in observations.enumerated() {
                    _ = try transaction.saveMemory(
                        category: .fact, key: MemoryKey(validating: "observation_\(index)"), value: observation.text,
                        provenance: Provenance(source: .said, messageID: messageOf[observation.turn]))
                }
            }
        }
        return turnOf
    }

    static func report(_ results: [Result]) {
        let names = [1: "multi-hop", 2: "temporal", 3: "open-domain", 4: "single-hop", 5: "adversarial"]
        func row(_ name: String, _ of: [Result]) {
            let recalls = [5, 10, 20].map { k in percent(mean(of.map { $0.recall(k) })) }
            print(
                "\(name.padding(toLength: 14, withPad: " ", startingAt: 0)) R@5/10/20  \(recalls.joined(separator: " / "))   n=\(of.count)"
            )
        }
        for (category, name) in names.sorted(by: { $0.key < $1.key }) { row(name, results.filter { $0.category == category }) }
        row("cat 1-4", results.filter { $0.category != 5 })
        row("all", results)
    }

    // MARK: Reading the file

    static func load(_ data: Data) throws -> [LoCoMo] {
        guard let list = try JSONSerialization.jsonObject(with: data) as? [[String: Any]] else {
            throw ValidationError("This is not a LoCoMo file: a list of conversations is expected.")
        }
        return list.map(read)
    }

    private static func read(_ sample: [String: Any]) -> LoCoMo {
        let conversation = sample["conversation"] as? [String: Any] ?? [:]
        var turns: [Turn] = []
        var session = 1
        while let when = conversation["session_\(session)_date_time"] as? String {
            let date = date(when)
            for turn in conversation["session_\(session)"] as? [[String: Any]] ?? [] {
                guard let id = turn["dia_id"] as? String, let speaker = turn["speaker"] as? String,
                    let said = turn["text"] as? String
                else { continue }
                let picture = (turn["blip_caption"] as? String).map { " [shares \($0)]" } ?? ""
                turns.append(Turn(id: id, session: session, text: "\(speaker): \(said)\(picture)", date: date))
            }
            session += 1
        }
        let known = Set(turns.map(\.id))
        let questions = (sample["qa"] as? [[String: Any]] ?? []).compactMap { entry -> Question? in
            guard let text = entry["question"] as? String, let category = entry["category"] as? Int else { return nil }
            let evidence = Set((entry["evidence"] as? [String] ?? []).flatMap(turnIDs)).intersection(known)
            return evidence.isEmpty ? nil : Question(text: text, category: category, evidence: evidence)
        }
        return LoCoMo(turns: turns, questions: questions, observations: observations(sample, known: known))
    }

    private static func observations(_ sample: [String: Any], known: Set<String>) -> [Observation] {
        let sessions = sample["observation"] as? [String: [String: [[Any]]]] ?? [:]
        return sessions.sorted { $0.key < $1.key }.flatMap { _, speakers in
            speakers.sorted { $0.key < $1.key }.flatMap { _, list in
                list.flatMap { entry -> [Observation] in
                    guard let text = entry.first as? String, let last = entry.last else { return [] }
                    let ids = (last as? String).map(turnIDs) ?? (last as? [String] ?? []).flatMap(turnIDs)
                    return ids.filter(known.contains).map { Observation(text: text, turn: $0) }
                }
            }
        }
    }

    private static func turnIDs(_ text: String) -> [String] {
        text.matches(of: /D\d+:\d+/).map { String($0.output) }
    }

    private static func date(_ text: String) -> Timestamp {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "UTC")
        formatter.dateFormat = "h:mm a 'on' d MMMM, yyyy"
        return Timestamp(formatter.date(from: text) ?? Date(timeIntervalSince1970: 0))
    }
}
