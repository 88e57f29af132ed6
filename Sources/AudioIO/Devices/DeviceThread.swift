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

    /// Threads that may be kept by their devices at a time. With more of them one has to come back first.
    private static let limit = 8

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
    private let patience: Patience
    private let state = Mutex(State())
    private let run: @Sendable (DeviceCalls) -> Void
    private let judge: @Sendable () -> Verdict
    /// Dispatch sources may be used from any thread, only not every version of Dispatch says so to the compiler.
    nonisolated(unsafe) private let timer: any DispatchSourceTimer

    /// - Parameters:
    ///   - run: a thread's whole life; called on the first thread, and on each that takes the place of another.
    ///   - judge: called when a thread was given up.
    init(
        _ name: String, patience: Patience, run: @escaping @Sendable (DeviceCalls) -> Void,
        judge: @escaping @Sendable () -> Verdict
    ) {
        (self.name, self.patience, self.run, self.judge) = (name, patience, run, judge)
        timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "\(name) watch"))
        let look = patience.look / .milliseconds(1)
        timer.schedule(
            deadline: .now() + .milliseconds(Int(look)), repeating: .milliseconds(Int(look)),
            leeway: .milliseconds(Int(look / 10)))
        timer.setEventHandler { [weak self] in self?.look() }
        timer.activate()
    }

    deinit {
        timer.cancel()
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

    /// Looks whether the thread is still in the call it was in before. Looks are counted, and not time, in which the whole process
    /// may have been held up.
    private func look() {
        let isStuck = state.withLock { state in
            guard !state.hasEnded, let call = state.calls.current else {
                state.lasting = nil
                return false
            }
            let looks = state.lasting?.call == call ? (state.lasting?.looks ?? 0) + 1 : 0
            state.lasting = (call, looks)
            guard Double(looks) >= patience[call.kind] / patience.look, state.calls.giveUp(in: call) else { return false }
            state.lasting = nil
            state.kept += 1
            state.calls = DeviceCalls()
            return true
        }
        guard isStuck else { return }
        let verdict = judge()
        let next: DeviceCalls? = state.withLock { state in
            state.hasEnded = verdict == .end
            guard !state.hasEnded else { return nil }
            state.isDue = state.kept >= Self.limit
            return state.isDue ? nil : state.calls
        }
        if let next { start(next) }
    }
}
