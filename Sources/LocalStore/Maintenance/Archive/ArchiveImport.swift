import Foundation
import GRDB
import Glibc

/// How an archive is taken in.
package struct ArchiveImportOptions: Sendable, Hashable {
    /// Leaves out lines that cannot be used instead of refusing the whole archive.
    package var skipsBadLines: Bool
    /// Makes another person's archive this person's own.
    package var adoptsOtherPerson: Bool

    package init(skipsBadLines: Bool = false, adoptsOtherPerson: Bool = false) {
        self.skipsBadLines = skipsBadLines
        self.adoptsOtherPerson = adoptsOtherPerson
    }
}

extension PersonStore {
    /// Takes in an archive in one transaction: all of it or nothing, unless bad lines may be left out.
    ///
    /// Importing into an empty store gives a store with the same archive, byte for byte; importing again changes nothing. Times
    /// are kept; the changes go to the outbox like any others.
    ///
    /// - Throws: ``ArchiveError``; nothing was changed then.
    package func importArchive(from file: URL, _ options: ArchiveImportOptions = ArchiveImportOptions()) async throws
        -> ArchiveReport
    {
        let descriptor = Glibc.open(file.path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw ArchiveError.unreadable(reason: SystemError.last.description.lowercasedFirst) }
        defer { Glibc.close(descriptor) }
        return try await importArchive(descriptor: descriptor, options)
    }

    /// As ``importArchive(from:_:)``, for an archive that comes piece by piece; nil is its end. It is put into a nameless file
    /// first, so that the store does not wait for the other side.
    package func importArchive(
        _ options: ArchiveImportOptions = ArchiveImportOptions(), reading next: @Sendable () async throws -> [UInt8]?
    ) async throws -> ArchiveReport {
        let path = file.deletingLastPathComponent().appending(path: ".import-\(UUID().uuidString.lowercased())").path
        let descriptor: Int32
        do throws(SystemError) {
            descriptor = try FileSystem.openPrivate(path, flags: O_EXCL)
            try FileSystem.remove(path)
        } catch {
            throw ArchiveError.unreadable(reason: error.description.lowercasedFirst)
        }
        defer { Glibc.close(descriptor) }
        while let bytes = try await next() {
            try FileSystem.writeAll(bytes[...], to: descriptor)
        }
        return try await importArchive(descriptor: descriptor, options)
    }

    private func importArchive(descriptor: Int32, _ options: ArchiveImportOptions) async throws -> ArchiveReport {
        try await write { transaction in
            var run = ArchiveImport(transaction, options, ArchiveLineReader(descriptor: descriptor))
            return try run.report()
        }
    }
}

/// One reading of an archive into a transaction.
struct ArchiveImport {
    private static let reportedProblems = 20
    private static let rowsBetweenIndexing: Int64 = 1000

    private let transaction: StoreTransaction
    private let options: ArchiveImportOptions
    private var reader: ArchiveLineReader
    private var newestMessage = HybridTime(rawValue: 0)
    /// Lines after the header that are not blank.
    private var lines: Int64 = 0
    private var problems: [ArchiveProblem] = []
    private var rejected = 0

    init(_ transaction: StoreTransaction, _ options: ArchiveImportOptions, _ reader: ArchiveLineReader) {
        self.transaction = transaction
        self.options = options
        self.reader = reader
    }

    mutating func report() throws -> ArchiveReport {
        let ownership = try readHeader()
        let merge = try ArchiveMerge(transaction)
        var report = ArchiveReport(owner: ownership.source)
        var isComplete = false
        while let line = try nextLine() {
            do {
                guard case .bytes(let bytes) = line else {
                    lines += 1
                    throw ArchiveLine.Refusal(reason: "it is longer than \(ArchiveFormat.longestLine >> 20) MB")
                }
                if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0D || $0 == 0x09 }) { continue }
                lines += 1
                guard !isComplete else { throw ArchiveLine.Refusal(reason: "it comes after the last line") }
                switch try ArchiveLine.read(bytes, ownership: ownership) {
                case .header: throw ArchiveLine.Refusal(reason: "it begins another archive")
                case .row(let row): try take(row, merge, &report)
                case .end(let count):
                    isComplete = true
                    guard count == lines - 1 else {
                        throw ArchiveLine.Refusal(reason: "it counts \(count) rows, and there are \(lines - 1)")
                    }
                }
            } catch let refusal as ArchiveLine.Refusal {
                reject(refusal.reason)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CONSTRAINT {
                reject(error.message ?? "it contradicts what is here")
            }
        }
        if !isComplete { reject("the archive was cut short: its last line is missing") }
        return try finish(report)
    }

    private mutating func readHeader() throws -> IdentityRemap {
        guard case .bytes(var bytes)? = try nextLine() else { throw ArchiveError.notAnArchive(reason: "it is empty") }
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
        let target = transaction.userID
        let line: ArchiveLine
        do throws(ArchiveLine.Refusal) {
            line = try ArchiveLine.read(bytes, ownership: IdentityRemap(source: target, target: target))
        } catch {
            throw ArchiveError.notAnArchive(reason: "in its first line, \(error.reason)")
        }
        guard case .header(let version, let owner) = line else {
            throw ArchiveError.notAnArchive(reason: "its first line is not the header")
        }
        guard version <= ArchiveFormat.version else {
            throw ArchiveError.newerVersion(found: version, supported: ArchiveFormat.version)
        }
        guard owner == target || options.adoptsOtherPerson else {
            throw ArchiveError.otherPerson(found: owner, expected: target)
        }
        return IdentityRemap(source: owner, target: target)
    }

    private mutating func take(_ row: ArchiveRow, _ merge: ArchiveMerge, _ report: inout ArchiveReport) throws {
        let outcome = try merge.merge(row)
        var counts = report.tables[row.table.name] ?? ArchiveReport.Counts()
        switch outcome {
        case .added: counts.added += 1
        case .updated: counts.updated += 1
        case .unchanged: counts.unchanged += 1
        case .kept: counts.kept += 1
        }
        report.tables[row.table.name] = counts
        if row.table.name == "messages", let time = Int64.fromDatabaseValue(row["hlc"]) {
            newestMessage = max(newestMessage, HybridTime(rawValue: time))
        }
        if lines.isMultiple(of: Self.rowsBetweenIndexing) { try SearchIndexer.drain(transaction.db) }
    }

    private mutating func finish(_ report: ArchiveReport) throws -> ArchiveReport {
        guard rejected == 0 || options.skipsBadLines else { throw ArchiveError.badLines(problems, total: rejected) }
        _ = try transaction.ensureProfile()
        // What is said from now on comes after what was imported, unless a broken clock had dated that far ahead.
        let seen = try transaction.view.lastHybridTime().receiving(newestMessage, at: transaction.now)
        try transaction.db.execute(
            sql: "UPDATE sync_state SET v = max(v, ?) WHERE k = 'last_hlc'", arguments: [seen.rawValue])
        var report = report
        report.problems = problems
        report.skipped = rejected
        return report
    }

    private mutating func nextLine() throws -> ArchiveLineReader.Line? {
        do throws(SystemError) {
            return try reader.next()
        } catch {
            throw ArchiveError.unreadable(reason: error.description.lowercasedFirst)
        }
    }

    private mutating func reject(_ reason: String) {
        rejected += 1
        if problems.count < Self.reportedProblems { problems.append(ArchiveProblem(line: reader.number, reason: reason)) }
    }
}
