import Synchronization

/// Something of the library's that is ours: a room, a participant, a track. Given back when nobody needs it any more, exactly once.
final class LiveKitHandle: Sendable {
    let id: UInt64
    private let library: LiveKitLibrary
    private let isOwned = Atomic(true)

    init(taking id: UInt64, of library: LiveKitLibrary) {
        self.id = id
        self.library = library
        library.count(1)
    }

    deinit {
        if isOwned.exchange(false, ordering: .relaxed) {
            library.count(-1)
            library.drop(id)
        }
    }

    /// For a request that takes the thing away from us, whatever it answers.
    /// - Returns: its number; `nil` when it was taken before.
    func consume() -> UInt64? {
        guard isOwned.exchange(false, ordering: .relaxed) else { return nil }
        library.count(-1)
        return id
    }
}
