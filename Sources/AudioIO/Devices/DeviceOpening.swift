import Dispatch
import Synchronization

/// Opens a device for the first time, on a sound thread, and does not wait for ever.
final class DeviceOpening<Device>: Sendable {
    /// A device on its way from the thread that opened it to the one that uses it.
    ///
    /// Unchecked, because a device belongs to one thread: the first has forgotten it when the second sees it.
    struct Opened: @unchecked Sendable {
        let device: Device
    }

    private let waiting: Mutex<CheckedContinuation<Opened, any Error>?>

    private init(_ waiting: CheckedContinuation<Opened, any Error>) {
        self.waiting = Mutex(waiting)
    }

    /// - Parameters:
    ///   - noun: what it is, such as "microphone".
    ///   - patience: `nil` for a device that keeps nobody.
    ///   - close: gives back a device that came too late.
    /// - Throws: what `opening` throws, or ``AudioError`` when it does not come back within `patience`, or when many others did not.
    static func open(
        _ noun: String, patience: Duration?, opening: @escaping @Sendable () throws(AudioError) -> Device,
        close: @escaping @Sendable (Device) -> Void
    ) async throws -> Opened {
        guard patience == nil || DeviceOpenings.begin() else { throw AudioError.noAnswer(noun) }
        return try await withCheckedThrowingContinuation { continuation in
            let opened = DeviceOpening(continuation)
            SoundThread.start(name: noun) {
                defer { if patience != nil { DeviceOpenings.end() } }
                do {
                    let device = try opening()
                    if !opened.answer(.success(Opened(device: device))) { close(device) }
                } catch {
                    opened.answer(.failure(error))
                }
            }
            guard let patience else { return }
            DispatchQueue.global().asyncAfter(deadline: .now() + patience / .seconds(1)) {
                opened.answer(.failure(AudioError.noAnswer(noun)))
            }
        }
    }

    /// - Returns: whether somebody still waited for it.
    @discardableResult private func answer(_ result: Result<Opened, any Error>) -> Bool {
        let waiting = self.waiting.withLock { waiting in
            defer { waiting = nil }
            return waiting
        }
        waiting?.resume(with: result)
        return waiting != nil
    }
}

/// How many openings have not come back. It is of the whole process, as its threads are: whoever opens a device that keeps everybody
/// again and again, such as a daemon that tries every half minute, must not fill it with threads.
private enum DeviceOpenings {
    private static let limit = 8
    private static let count = Atomic(0)

    static func begin() -> Bool {
        guard count.wrappingAdd(1, ordering: .relaxed).newValue <= limit else {
            end()
            return false
        }
        return true
    }

    static func end() {
        count.wrappingSubtract(1, ordering: .relaxed)
    }
}

extension AudioError {
    /// The device keeps whoever calls it waiting.
    static func noAnswer(_ noun: String) -> AudioError {
        AudioError(
            .lost, "The \(noun) does not answer: its driver or the sound server keeps the program waiting.",
            advice:
                "If it goes on, start the sound server anew ('systemctl --user restart pulseaudio' or 'pipewire'), or plug the "
                + "device in again.")
    }
}
