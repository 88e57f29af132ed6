import Synchronization

/// One sound thread's calls into its device. Whoever watches sees that one does not end, and may give the thread up: what the thread
/// had in common with others is theirs from then on, and the thread, should it ever come back, only closes its device.
final class DeviceCalls: Sendable {
    enum Kind {
        /// Opening may take its time: a sound server may have to be started for it.
        case opening
        case working
    }

    /// A call that has begun. No two of them are the same.
    struct Call: Hashable {
        fileprivate let code: Int

        var kind: Kind { code & 1 == 0 ? .working : .opening }
    }

    private static let none = 0
    private static let givenUp = -1

    /// The call that the thread is in, ``none`` or ``givenUp``.
    private let state = Atomic(none)
    /// Numbers the calls. Only the sound thread looks at it.
    private let count = Atomic(0)

    /// Makes a call, on the sound thread.
    /// - Returns: whether the thread still counts; `false` when it was given up meanwhile.
    /// - Throws: what the call throws, unless the thread was given up.
    func make<Failure>(as kind: Kind = .working, _ call: () throws(Failure) -> Void) throws(Failure) -> Bool {
        let number = count.load(ordering: .relaxed) + 1
        count.store(number, ordering: .relaxed)
        let code = number << 1 | (kind == .opening ? 1 : 0)
        state.store(code, ordering: .releasing)
        do {
            try call()
        } catch {
            guard end(code) else { return false }
            throw error
        }
        return end(code)
    }

    /// The call that lasts now.
    var current: Call? {
        let code = state.load(ordering: .acquiring)
        return code > 0 ? Call(code: code) : nil
    }

    /// Gives the thread up if it still is in that call.
    func giveUp(in call: Call) -> Bool {
        state.compareExchange(expected: call.code, desired: Self.givenUp, ordering: .acquiringAndReleasing).exchanged
    }

    private func end(_ code: Int) -> Bool {
        state.compareExchange(expected: code, desired: Self.none, ordering: .acquiringAndReleasing).exchanged
    }
}
