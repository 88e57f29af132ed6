/// A failure as PostgREST reports it.
package struct ModelError: Error, Hashable {
    package let sqlState: String
    package let message: String
    /// HTTP status.
    package let status: Int

    package init(_ sqlState: String, _ message: String, status: Int = 400) {
        self.sqlState = sqlState
        self.message = message
        self.status = status
    }
}
