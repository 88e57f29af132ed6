import LocalStore
import Synchronization

/// Hands out the open stores of the people on this device.
package protocol PersonStores: Sendable {
    /// Nil for somebody who is not known here.
    func store(of user: UserID) async throws -> PersonStore?
}

/// The stores that are open already.
package struct OpenStores: PersonStores {
    private let stores: [UserID: PersonStore]

    package init(_ stores: [PersonStore]) {
        self.stores = Dictionary(stores.map { ($0.userID, $0) }) { first, _ in first }
    }

    package func store(of user: UserID) -> PersonStore? { stores[user] }
}
