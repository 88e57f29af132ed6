import Dispatch
import Synchronization

/// The sound thread of one device, with another one in its place when it does not come back from the device: a driver or a sound
/// server's library may keep a thread for ever. Libpulse does when its server dies while a piece of its sound was read in part.
final class DeviceThread: Sendable {
    /// How long a call may last.
    struct Patience: Sendable {
        /// More than any device of ours waits by itself before it counts as gone.
        var working = Duration.seconds(4)
        /// A sound server may have to be started.
        var opening = Duration.seconds(10)

        /// How often it is looked.
        var look: Duration { working / 4 }

        subscript(kind: DeviceCalls.Kind) -> Duration { kind == .opening ? opening : working }
    }

    /// What to do for a thread that was given up.
    enum Verdict {
        case replace
        case end
    }

    /// Threads that may be kept by their devices at a time. With so many, one has to come back before another begins.
    static let limit = 8

    private struct State {
        var calls = DeviceCalls()
        /// The call that lasted when it was looked last, and for how many looks in a row it did.
        var lasting: (call: DeviceCalls.Call, looks: Int)?
        var kept = 0
        /// Another thread is to begin when one comes back.
        var isDue = false
        var hasEnded = false
    }

    private let name: String
    private let state = Mutex(State())
    private let run: @Sendable (DeviceCalls) -> Void
    private let judge: @Sendable (Duration) -> Verdict
    /// Dispatch sources may be used from any thread, only not every version of Dispatch says so to the compiler.
    nonisolated(unsafe) private let timer: (any DispatchSourceTimer)?

    /// - Parameters:
    ///   - patience: `nil` for a device that keeps nobody, because nothing but our own code is in it.
    ///   - run: a thread's whole life; called on the first thread, and on each that takes the place of another.
    ///   - judge: called when a thread was given up, with how long it had been in its call, and again, with zero, as long as none
    ///     may take its place.
    init(
        _ name: String, patience: Patience?, run: @escaping @Sendable (DeviceCalls) -> Void,
        judge: @escaping @Sendable (Duration) -> Verdict
    ) {
        (self.name, self.run, self.judge) = (name, run, judge)
        guard let patience else {
            timer = nil
            return
        }
        let timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "\(name) watch"))
        self.timer = timer
        let look = DispatchTimeInterval.microseconds(Int(patience.look / .microseconds(1)))
        timer.schedule(deadline: .now() + look, repeating: look, leeway: .milliseconds(20))
        timer.setEventHandler { [weak self] in self?.look(patience) }
        timer.activate()
    }

    deinit {
        timer?.cancel()
    }

    /// Begins the first thread.
    func start() {
        start(state.withLock { $0.calls })
    }

    private func start(_ calls: DeviceCalls) {
        SoundThread.start(name: name) { [run, weak self] in
            run(calls)
            self?.ended(calls)
        }
    }

    /// A thread came back, perhaps one that was given up long ago.
    private func ended(_ calls: DeviceCalls) {
        let next: DeviceCalls? = state.withLock { state in
            guard state.calls === calls else {
                state.kept -= 1
                guard state.isDue else { return nil }
                state.isDue = false
                return state.calls
            }
            state.hasEnded = true
            return nil
        }
        if let next { start(next) }
    }

    /// Looks whether the thread is still in the call it was in before.
    private func look(_ patience: Patience) {
        let waited: Duration? = state.withLock { state in
            guard !state.hasEnded else { return nil }
            return state.isDue ? .zero : Self.giveUp(&state, patience)
        }
        guard let waited else { return }
        let verdict = judge(waited)
        let next: DeviceCalls? = state.withLock { state in
            guard verdict == .replace else {
                (state.hasEnded, state.isDue) = (true, false)
                return nil
            }
            // One that came back while it was judged has begun the next already.
            guard waited > .zero else { return nil }
            state.isDue = state.kept >= Self.limit
            return state.isDue ? nil : state.calls
        }
        if let next { start(next) }
    }

    /// Gives the thread up when it has been in the same call for too long, and makes place for another; returns for how long it was.
    /// Looks are counted, and not time, in which the whole process may have been held up.
    private static func giveUp(_ state: inout State, _ patience: Patience) -> Duration? {
        guard let call = state.calls.current else {
            state.lasting = nil
            return nil
        }
        let looks = state.lasting?.call == call ? (state.lasting?.looks ?? 0) + 1 : 0
        state.lasting = (call, looks)
        let waited = patience.look * looks
        guard waited >= patience[call.kind], state.calls.giveUp(in: call) else { return nil }
        state.lasting = nil
        state.kept += 1
        state.calls = DeviceCalls()
        return waited
    }
}
