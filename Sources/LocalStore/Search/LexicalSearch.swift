import Foundation
import GRDB

/// Runs a ``LexicalQuery``: walks each clause's documents in the FTS5 index newest first, sums an approximate BM25 from
/// their numbers alone, and scores the best of them exactly from their words.
///
/// SQLite's own `bm25()` looks up every matching document's length, which costs more than a microsecond a document.
struct LexicalSearch {
    private static let saturation = 0.9  // BM25's k1 and b, as usual for short texts
    private static let lengthShare = 0.4
    /// Entries walked for a clause before it is known to be a common word.
    private static let firstStretch = 512
    /// Filters that leave at most this many rows are turned into a set of rows; wider ones are tested on the best matches.
    private static let widestSet = 4096

    let db: Database
    let query: LexicalQuery
    private let clauses: [LexicalQuery.Clause]
    private var totals: [SearchKind: Totals] = [:]

    private struct Totals {
        var documents: Double
        var averageLength: Double
    }

    /// How far a clause has been walked in the documents of one kind.
    private struct Walk {
        let clause: Int
        let kind: SearchKind
        var documents: [Int64] = []
        var isComplete = false
    }

    init(_ db: Database, query: LexicalQuery) throws {
        self.db = db
        self.query = query
        clauses = Array(query.clauses.prefix(32))
        for row in try Row.fetchAll(db.cachedStatement(sql: "SELECT kind, documents, length FROM search_totals")) {
            guard let kind = SearchKind(rawValue: row["kind"]), query.filter.kinds.contains(kind) else { continue }
            let documents: Double = row["documents"]
            totals[kind] = Totals(documents: documents, averageLength: max(row["length"] / max(documents, 1), 1))
        }
    }

    func run() throws -> LexicalResult {
        let none = LexicalResult(matches: [], clauseWeights: clauses.map { _ in 0 })
        guard query.limit > 0, clauses.contains(where: { !$0.forms.isEmpty }) else { return none }
        let allowed = try AllowedRows(db, filter: query.filter, widest: Self.widestSet)
        let walks = try walkAll(allowed)
        let weights = clauses.indices.map { weight(of: $0, walks) }
        var table = ScoreTable(expected: walks.reduce(0) { $0 + $1.documents.count })
        for walk in walks {
            let scores = scoresByLengthClass(kind: walk.kind).map {
                Float($0 * weights[walk.clause] * clauses[walk.clause].weight)
            }
            for document in walk.documents {
                table.add(document, score: scores[DocumentID(rawValue: document).lengthClass], clause: walk.clause)
            }
        }
        let forms = FormTable(clauses)
        var matches: [LexicalMatch] = []
        // A filter too wide for a set is tested on the best matches, on more of them until enough have passed.
        var taken = 0
        var batch = allowed.isExact ? query.limit : query.limit * 2
        while matches.count < query.limit {
            let best = table.best(batch) { allowed.mayContain(DocumentID(rawValue: $0)) }
            let next = best.dropFirst(taken).map { (entry: $0, reference: SearchReference(DocumentID(rawValue: $0.document))) }
            let passing = allowed.isExact ? nil : try allowed.passing(db, next.map(\.reference))
            let passed = next.filter { passing?.contains($0.reference) ?? true }.map(\.entry)
            matches += try exactMatches(passed.prefix(query.limit - matches.count), forms: forms, weights: weights)
            guard best.count == batch else { break }
            taken = batch
            batch *= 4
        }
        matches.sort { $0.score != $1.score ? $0.score > $1.score : $0.reference < $1.reference }
        return LexicalResult(matches: matches, clauseWeights: weights)
    }

    // MARK: Walking

    private func walkAll(_ allowed: AllowedRows) throws -> [Walk] {
        var walks: [Walk] = []
        for clause in clauses.indices where !clauses[clause].forms.isEmpty {
            if totals.count == SearchKind.allCases.count, allowed.isSpread {
                walks += try walkBothKinds(clause, allowed)
            } else {
                for kind in SearchKind.allCases where totals[kind] != nil {
                    var walk = Walk(clause: clause, kind: kind)
                    try advance(&walk, by: Self.firstStretch, allowed)
                    walks.append(walk)
                }
            }
        }
        var spare = query.budget - walks.reduce(0) { $0 + $1.documents.count }
        // The rarer of the common words first: they tell more, and are sooner finished.
        let open = walks.indices.filter { !walks[$0].isComplete }.sorted { left, right in
            let (leftCount, rightCount) = (estimatedCount(walks[left]), estimatedCount(walks[right]))
            return leftCount != rightCount ? leftCount < rightCount : left < right
        }
        for index in open where spare > 0 {
            let before = walks[index].documents.count
            try advance(&walks[index], by: spare, allowed)
            spare -= walks[index].documents.count - before
        }
        return walks
    }

    /// Most words are rare enough for one walk through everything: memories come first, then messages.
    private func walkBothKinds(_ clause: Int, _ allowed: AllowedRows) throws -> [Walk] {
        var memories = Walk(clause: clause, kind: .memory)
        var messages = Walk(clause: clause, kind: .message)
        let documents = try documents(
            of: clause, from: DocumentID.range(of: .message).lowerBound, to: DocumentID.range(of: .memory).upperBound,
            limit: Self.firstStretch)
        let firstMessage = documents.firstIndex { DocumentID(rawValue: $0).kind == .message } ?? documents.count
        memories.documents = Array(documents[..<firstMessage])
        messages.documents = Array(documents[firstMessage...])
        messages.isComplete = documents.count < Self.firstStretch
        memories.isComplete = messages.isComplete || firstMessage < documents.count
        if !messages.isComplete, messages.documents.isEmpty { try advance(&messages, by: Self.firstStretch, allowed) }
        return [memories, messages]
    }

    private func advance(_ walk: inout Walk, by count: Int, _ allowed: AllowedRows) throws {
        let range = allowed.range(of: walk.kind)
        let upper = walk.documents.last.map { $0 - 1 } ?? range.upperBound
        let found =
            upper < range.lowerBound ? [] : try documents(of: walk.clause, from: range.lowerBound, to: upper, limit: count)
        walk.documents += found
        walk.isComplete = found.count < count
    }

    /// The newest documents with a clause, in descending order.
    private func documents(of clause: Int, from lower: Int64, to upper: Int64, limit: Int) throws -> [Int64] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT rowid FROM search_index WHERE search_index MATCH ? AND rowid BETWEEN ? AND ?
                ORDER BY rowid DESC LIMIT ?
                """)
        try statement.setArguments([Self.match(clauses[clause].forms), lower, upper, limit])
        return try db.integers(of: statement)
    }

    private static func match(_ forms: [String]) -> String {
        forms.map { "\"" + $0.replacing("\"", with: "\"\"") + "\"" }.joined(separator: " OR ")
    }

    /// The number of documents with the clause; for one that was not walked to the end, what its density so far suggests.
    private func estimatedCount(_ walk: Walk) -> Double {
        let seen = Double(walk.documents.count)
        guard !walk.isComplete, let first = walk.documents.first, let last = walk.documents.last else { return seen }
        let newest = Double(DocumentID(rawValue: first).row)
        let span = newest - Double(DocumentID(rawValue: last).row) + 1
        return min(max(seen, seen * newest / span), max(seen, totals[walk.kind]?.documents ?? seen))
    }

    private func weight(of clause: Int, _ walks: [Walk]) -> Double {
        let count = walks.filter { $0.clause == clause }.reduce(0) { $0 + estimatedCount($1) }
        let documents = max(totals.values.reduce(0) { $0 + $1.documents }, count)
        return log(1 + (documents - count + 0.5) / (count + 0.5))
    }

    // MARK: Scoring

    private func frequencyScore(_ frequency: Double, length: Double, kind: SearchKind) -> Double {
        let average = totals[kind]?.averageLength ?? 1
        let norm = 1 - Self.lengthShare + Self.lengthShare * length / average
        return frequency * (Self.saturation + 1) / (frequency + Self.saturation * norm)
    }

    private func scoresByLengthClass(kind: SearchKind) -> [Double] {
        (0..<DocumentID.lengthClasses).map { frequencyScore(1, length: DocumentID.typicalLength(of: $0), kind: kind) }
    }

    private func exactMatches(
        _ entries: some Sequence<ScoreTable.Entry>, forms: FormTable, weights: [Double]
    ) throws -> [LexicalMatch] {
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: "SELECT id, terms, skeleton, length FROM search_documents WHERE id IN (SELECT value FROM json_each(?))"),
            arguments: [jsonList(entries.map(\.document))])
        var matches: [LexicalMatch] = []
        var frequencies = [Double](repeating: 0, count: clauses.count)
        while let row = try rows.next() {
            let id = DocumentID(rawValue: row[0])
            var terms: String = row[1]
            var skeleton: String = row[2]
            let length: Double = row[3]
            for clause in frequencies.indices { frequencies[clause] = 0 }
            forms.count(&terms, in: &frequencies)
            if !skeleton.isEmpty { forms.count(&skeleton, in: &frequencies) }
            var score = 0.0
            var matched: [Int] = []
            for clause in clauses.indices where frequencies[clause] > 0 {
                score +=
                    clauses[clause].weight * weights[clause] * frequencyScore(frequencies[clause], length: length, kind: id.kind)
                matched.append(clause)
            }
            guard score > 0 else { continue }
            matches.append(LexicalMatch(reference: SearchReference(id), score: score, clauses: matched, terms: terms))
        }
        return matches
    }
}

extension SearchReference {
    init(_ id: DocumentID) { self.init(id.kind, row: id.row) }
}

/// Numbers as a JSON array: a list of any length for a statement that is prepared once.
func jsonList(_ numbers: some Sequence<Int64>) -> String {
    "[" + numbers.map(String.init).joined(separator: ",") + "]"
}
