import LocalStore

/// Does the jobs of one kind.
///
/// Reading and computing happen first, outside of any transaction; the effects come back as a closure, which is committed
/// together with the end of the job. A job therefore takes effect exactly once, however often it is tried.
package protocol BackgroundJobHandler: Sendable {
    typealias Effects = @Sendable (StoreTransaction) throws -> Void

    var kind: JobKind { get }
    /// Whether its jobs wait until nothing else is to be done, and give way to everything that comes up meanwhile: those that take long
    /// and cost something. They are done while the program runs and not at its end.
    var isPatient: Bool { get }

    /// Nil if there is nothing to do after all.
    func prepare(_ job: BackgroundJob) async throws -> Effects?
}

extension BackgroundJobHandler {
    package var isPatient: Bool { false }
}

/// A job whose payload does not name what it needs; trying again cannot help.
struct MalformedJob: Error, CustomStringConvertible {
    let field: String

    var description: String { "the job does not say which \(field) it is about" }
}

extension BackgroundJob {
    func required(_ field: String) throws(MalformedJob) -> String {
        guard let value = payload[field]?.stringValue else { throw MalformedJob(field: field) }
        return value
    }
}
