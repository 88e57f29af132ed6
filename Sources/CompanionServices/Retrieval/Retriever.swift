import Foundation
import LocalStore

/// Finds what a question is about among memories and messages. Runs on one view of the store, so that its steps agree.
package struct Retriever: Sendable {
    /// Rows that share words, looked at for each hit asked for.
    private static let matchesPerHit = 6
    private static let leastMatches = 64
    /// The best candidates that lend to others.
    private static let lenders = 24
    /// Rows fetched beyond what was asked for, in place of those that repeat one another.
    private static let reserve = 5
    /// So many words of what was just talked of make a row fully about it.
    private static let wordsOfOneContext = 2.0
    /// A memory that shares no word must be at least this similar to be a candidate.
    private static let leastCosine: Float = 0.2
    private static let nearestMemories = 32
    /// Memories that come in for what they mean.
    private static let meantMemories = 8

    package let lexicon: ConceptLexicon
    package let ranker: HybridRanker
    private let vectors: MemoryVectorCache
    private let meanings = MeaningVectors()
    private let planWeights: QueryPlan.Weights

    package init(lexicon: ConceptLexicon, ranker: HybridRanker = HybridRanker(), vectors: MemoryVectorCache = MemoryVectorCache())
    {
        self.init(lexicon: lexicon, ranker: ranker, vectors: vectors, planWeights: QueryPlan.Weights())
    }

    init(lexicon: ConceptLexicon, ranker: HybridRanker, vectors: MemoryVectorCache, planWeights: QueryPlan.Weights) {
        self.lexicon = lexicon
        self.ranker = ranker
        self.vectors = vectors
        self.planWeights = planWeights
    }

    /// Vectors held in RAM.
    var cachedVectors: Int { vectors.count }

    /// Best first; empty when the question has no word that carries meaning.
    package func search(_ request: RetrievalRequest, in view: StoreView, now: Timestamp) throws -> [RetrievalHit] {
        try hits(of: rank(request, in: view), for: request, in: view, now: now)
    }

    /// The order of everything that may answer, before circumstances come in: the costly part of a search.
    package func rank(_ request: RetrievalRequest, in view: StoreView) throws -> Ranking {
        let plan = QueryPlan(request.text, lexicon: lexicon, weights: planWeights)
        guard !plan.isEmpty, request.limit > 0 else { return Ranking(request, plan: plan) }
        let lexical = try view.lexicalSearch(
            LexicalQuery(clauses: plan.clauses, filter: request.filter, limit: Self.matches(for: request)))
        let vector = plan.vector(clauseWeights: lexical.clauseWeights)
        var probe = HashProbe(vector)
        let candidates = try candidates(lexical, vector: vector, probe: &probe, request: request, in: view)
        return Ranking(
            request, plan: plan, weights: lexical.clauseWeights,
            candidates: try lend(ranker.base(candidates), probe: &probe, request: request, in: view))
    }

    /// Whether a ranking is what this request would get.
    func isSame(_ ranking: Ranking, for request: RetrievalRequest) -> Bool {
        ranking.request.filter == request.filter && ranking.request.meaning == request.meaning
            && Self.matches(for: ranking.request) == Self.matches(for: request)
            && Self.lenders(for: ranking.request) == Self.lenders(for: request)
            && (ranking.request.text == request.text
                || ranking.plan == QueryPlan(request.text, lexicon: lexicon, weights: planWeights))
    }

    /// The best of a ranking as `view` sees their rows; what is gone, or does not hold any more, is left out.
    func hits(of ranking: Ranking, for request: RetrievalRequest, in view: StoreView, now: Timestamp) throws -> [RetrievalHit] {
        guard request.limit > 0 else { return [] }
        let considered = try consider(ranking.candidates, request: request, in: view, now: now)
        let items = Dictionary(uniqueKeysWithValues: considered.map { ($0.scored.reference, $0.item) })
        return ranker.select(considered.map(\.scored), limit: request.limit).compactMap { scored in
            items[scored.reference].map { hit(scored, $0, plan: ranking.plan, weights: ranking.weights, now: now) }
        }
    }

    private static func matches(for request: RetrievalRequest) -> Int { max(leastMatches, request.limit * matchesPerHit) }
    private static func lenders(for request: RetrievalRequest) -> Int { max(lenders, request.limit) }

    // MARK: Steps

    /// Everything that shares words, and the memories whose spelling or meaning is close.
    private func candidates(
        _ lexical: LexicalResult, vector: UnitVector, probe: inout HashProbe, request: RetrievalRequest, in view: StoreView
    ) throws -> [RetrievalCandidate] {
        var candidates: [RetrievalCandidate] = []
        var known: Set<SearchReference> = []
        for match in lexical.matches {
            known.insert(match.reference)
            candidates.append(
                RetrievalCandidate(
                    reference: match.reference, lexical: match.score, cosine: probe.cosine(terms: match.terms),
                    clauses: match.clauses, terms: match.terms))
        }
        guard request.filter.kinds.contains(.memory) else { return candidates }
        let similar = try vectors.nearest(to: vector, in: view, limit: Self.nearestMemories, above: Self.leastCosine)
            .map { SearchReference(.memory, row: $0.id) }
        let meant = try meant(request, in: view)
        let further = Set(similar).union(meant.keys).subtracting(known)
        for (reference, terms) in try view.indexedTerms(try view.allowed(Array(further), by: request.filter)) {
            candidates.append(RetrievalCandidate(reference: reference, cosine: probe.cosine(terms: terms), terms: terms))
        }
        for index in candidates.indices { candidates[index].meaning = meant[candidates[index].reference] ?? 0 }
        return candidates
    }

    /// By how much memories stand out for what they mean; nobody's where no service has said what the question is about.
    private func meant(_ request: RetrievalRequest, in view: StoreView) throws -> [SearchReference: Double] {
        guard let asked = request.meaning else { return [:] }
        let near = try meanings.nearest(to: asked, in: view, limit: Self.meantMemories)
        return Dictionary(uniqueKeysWithValues: near.map { (SearchReference(.memory, row: $0.id), $0.standing) })
    }

    /// Loans between turns and facts; neighbours that no word led to join the candidates.
    private func lend(
        _ scored: [ScoredCandidate], probe: inout HashProbe, request: RetrievalRequest, in view: StoreView
    ) throws -> [ScoredCandidate] {
        let lenders = scored.prefix(Self.lenders(for: request)).map(\.reference)
        let neighbours = try view.neighbours(ofMessages: lenders)
        let sources = try view.sources(ofMemories: lenders)
        let led = Set(neighbours.values.joined()).union(sources.values).subtracting(scored.map(\.reference))
        let joining = try view.allowed(Array(led), by: request.filter)
        let joined = try view.indexedTerms(joining).map { reference, terms in
            ranker.joining(
                RetrievalCandidate(reference: reference, cosine: probe.cosine(terms: terms), terms: terms), to: scored)
        }
        return ranker.lend(scored + joined, neighbours: neighbours, sources: sources)
    }

    /// Fetches the rows of the best and weighs their circumstances, until no other could come among them.
    private func consider(
        _ scored: [ScoredCandidate], request: RetrievalRequest, in view: StoreView, now: Timestamp
    ) throws -> [(scored: ScoredCandidate, item: SearchedItem)] {
        let enough = request.limit + Self.reserve
        var result: [(scored: ScoredCandidate, item: SearchedItem)] = []
        for var item in scored {
            if result.count >= enough {
                let last = result.map(\.scored.score).sorted(by: >)[enough - 1]
                if item.score * (request.usesBoosts ? ranker.largestBoost : 1) < last { break }
            }
            guard let row = try view.searchedItem(item.reference), try isCurrent(row, request: request, in: view) else {
                continue
            }
            if request.usesBoosts {
                item.score *= ranker.boost(circumstances(of: item, row, request: request, now: now))
            }
            result.append((item, row))
        }
        return result
    }

    private func isCurrent(_ item: SearchedItem, request: RetrievalRequest, in view: StoreView) throws -> Bool {
        guard case .message(let message) = item else { return true }
        guard message.id != request.excludedMessageID else { return false }
        guard let reason = try view.supersession(ofMessage: message.id) else { return true }
        return request.includesPast && reason != .forgotten
    }

    private func circumstances(
        of item: ScoredCandidate, _ row: SearchedItem, request: RetrievalRequest, now: Timestamp
    ) -> HybridRanker.Circumstances {
        var circumstances = HybridRanker.Circumstances(turnsSinceUse: request.turnsSinceUse[item.reference])
        switch row {
        case .memory(let memory):
            circumstances.importance = Importance.of(memory)
            circumstances.ageInDays = now.seconds(since: memory.updatedAt) / 86_400
        case .message(let message):
            circumstances.ageInDays = now.seconds(since: message.createdAt) / 86_400
        }
        if !request.context.isEmpty {
            let words = item.candidate.terms.split(separator: " ")
            let shared = words.count { request.context.contains(String($0)) }
            circumstances.contextOverlap = Double(shared) / Self.wordsOfOneContext
        }
        return circumstances
    }

    private func hit(
        _ scored: ScoredCandidate, _ item: SearchedItem, plan: QueryPlan, weights: [Double], now: Timestamp
    ) -> RetrievalHit {
        var words: [String] = []
        var related: [String] = []
        for clause in scored.candidate.clauses {
            let origin = plan.origins[clause]
            if case .word(let term) = origin {
                words.append(term)
            } else if !related.contains(origin.term) {
                related.append(origin.term)
            }
        }
        related.removeAll(where: words.contains)
        let (messageID, date): (String?, Timestamp) =
            switch item {
            case .memory(let memory): (memory.provenance.messageID, memory.updatedAt)
            case .message(let message): (message.id, message.createdAt)
            }
        let reason = RetrievalReason(
            words: words, relatedWords: related, coverage: plan.coverage(of: words + related, clauseWeights: weights),
            cosine: scored.candidate.cosine, meaning: scored.candidate.meaning > 0 ? scored.candidate.meaning : nil,
            lent: scored.lent, messageID: messageID, date: date)
        return RetrievalHit(
            reference: scored.reference, item: item, similarity: scored.candidate.cosine, finalScore: scored.score,
            isRecent: now.seconds(since: date) < 86_400, reason: reason)
    }
}
