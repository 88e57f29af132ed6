import LocalStore

/// What went wrong in a service, in words that say what to do; the cause is kept.
package struct ServiceError: Error, Sendable, CustomStringConvertible {
    /// Open set, so that callers can branch on what they know and show the rest.
    package struct Code: RawRepresentable, Sendable, Hashable {
        package let rawValue: String

        package init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// A value given from outside breaks a rule; the message names it.
        package static let invalidInput = Code(rawValue: "invalid-input")
        /// What was asked for is not there.
        package static let notFound = Code(rawValue: "not-found")
        /// The store refused or failed; nothing of this operation was kept.
        package static let storage = Code(rawValue: "storage")
        /// A data file of the program is missing or malformed: the installation is damaged.
        package static let programData = Code(rawValue: "program-data")
        /// The time allowed was over.
        package static let timedOut = Code(rawValue: "timed-out")
        /// The same work is already going on.
        package static let busy = Code(rawValue: "busy")
        /// The task was cancelled by its owner.
        package static let cancelled = Code(rawValue: "cancelled")
    }

    package let code: Code
    package let message: String
    package let underlying: (any Error)?

    package init(_ code: Code, _ message: String, underlying: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.underlying = underlying
    }

    /// Gives any error of the layers below its place here; one that is already a `ServiceError` stays as it is.
    init(_ error: any Error, while purpose: String) {
        switch error {
        case let error as ServiceError: self = error
        case let error as MemoryInputError: self.init(.invalidInput, String(describing: error), underlying: error)
        case is CancellationError: self.init(.cancelled, "\(purpose) was cancelled", underlying: error)
        default: self.init(.storage, "could not finish \(purpose)", underlying: error)
        }
    }

    package var description: String {
        guard let underlying, code == .storage || code == .programData else { return message }
        return "\(message): \(underlying)"
    }
}

extension PersonStore {
    /// `read` with errors in the services' own type. `purpose` completes "could not finish …".
    func perform<T: Sendable>(
        reading purpose: String, _ body: @escaping @Sendable (StoreView) throws -> T
    ) async throws(ServiceError) -> T {
        do { return try await read(body) } catch { throw ServiceError(error, while: purpose) }
    }

    /// `write` with errors in the services' own type.
    func perform<T: Sendable>(
        writing purpose: String, _ body: @escaping @Sendable (StoreTransaction) throws -> T
    ) async throws(ServiceError) -> T {
        do { return try await write(body) } catch { throw ServiceError(error, while: purpose) }
    }
}
