import Foundation
import Synchronization

/// Carries word from a sound thread to those who wait elsewhere: the thread rings a bell, everything else happens on a thread of the
/// news' own. That one waits for the bell itself, which is half of what a Dispatch source costs at a hundred rings a second.
final class News: Sendable {
    private struct State {
        var count = 0
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    /// What the thread knows, so that it keeps nobody else alive.
    private final class Office: Sendable {
        let bell: Bell
        let isClosed = Atomic(false)
        private let deliver: @Sendable () -> Void
        private let state = Mutex(State())

        init(_ deliver: @escaping @Sendable () -> Void) throws(AudioError) {
            bell = try Bell()
            self.deliver = deliver
        }

        func run() {
            while true {
                bell.wait(milliseconds: -1)
                guard !isClosed.load(ordering: .acquiring) else { break }
                deliver()
                wake()
            }
        }

        func wake() {
            let waiters = state.withLock { state in
                state.count += 1
                defer { state.waiters = [] }
                return state.waiters
            }
            for waiter in waiters { waiter.resume() }
        }

        var count: Int { state.withLock { $0.count } }

        /// - Returns: whether it is to wait; not when there was news since `seen`.
        func add(_ waiter: CheckedContinuation<Void, Never>, unlessNewsSince seen: Int) -> Bool {
            state.withLock { state in
                if state.count == seen { state.waiters.append(waiter) }
                return state.count == seen
            }
        }
    }

    private let office: Office

    /// - Parameter deliver: called on the news' thread after each ring, before those who wait look again.
    init(_ name: String, deliver: @escaping @Sendable () -> Void) throws(AudioError) {
        let office = try Office(deliver)
        self.office = office
        let thread = Thread {
            SoundThread.show(name: name)
            office.run()
        }
        thread.qualityOfService = .userInteractive
        thread.start()
    }

    deinit {
        office.isClosed.store(true, ordering: .releasing)
        office.bell.ring()
    }

    /// From the sound thread.
    func tell() {
        office.bell.ring()
    }

    /// Waits until `answer` has one; it is asked anew after each piece of news. Ends early with its task.
    @discardableResult
    func wait<Answer: Sendable>(for answer: () -> Answer?) async throws -> Answer {
        while true {
            let seen = office.count
            if let answer = answer() { return answer }
            try Task.checkCancellation()
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiter in
                    if !office.add(waiter, unlessNewsSince: seen) { waiter.resume() }
                }
            } onCancel: {
                office.wake()
            }
        }
    }
}
