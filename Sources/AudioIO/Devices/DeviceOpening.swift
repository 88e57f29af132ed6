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
    ///   - name: what it is, such as "microphone".
    ///   - close: gives back a device that came too late.
    /// - Throws: what `opening` throws, or ``AudioError`` when it does not come back within `patience`.
    static func open(
        _ name: String, patience: Duration, opening: @escaping @Sendable () throws(AudioError) -> Device,
        close: @escaping @Sendable (Device) -> Void
    ) async throws -> Opened {
        try await withCheckedThrowingContinuation { continuation in
            let opened = DeviceOpening(continuation)
            SoundThread.start(name: name) {
                do {
                    let device = try opening()
                    if !opened.answer(.success(Opened(device: device))) { close(device) }
                } catch {
                    opened.answer(.failure(error))
                }
            }
            DispatchQueue.global().asyncAfter(deadline: .now() + patience / .seconds(1)) {
                opened.answer(.failure(AudioError.noAnswer(name)))
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
