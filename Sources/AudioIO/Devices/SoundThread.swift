import CLinux
import Foundation

/// A thread for one device.
enum SoundThread {
    /// Above everything that is not real-time; below the kernel's own.
    private static let priority: Int32 = 20

    static func start(name: String, _ body: @escaping @Sendable () -> Void) {
        let thread = Thread {
            show(name: name)
            // Real-time when the system permits it (LimitRTPRIO); without, sound is only less sure under load.
            var parameter = sched_param(sched_priority: priority)
            pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameter)
            // A pipe without a reader is an error of the write.
            var signals = sigset_t()
            sigemptyset(&signals)
            sigaddset(&signals, SIGPIPE)
            pthread_sigmask(SIG_BLOCK, &signals, nil)
            body()
        }
        thread.qualityOfService = .userInteractive
        thread.start()
    }

    /// Names the thread that calls, for those who look at the program from outside.
    static func show(name: String) {
        // The system keeps fifteen characters.
        pthread_setname_np(pthread_self(), String(name.prefix(15)))
    }

    /// How long to wait before a lost device is tried again, in milliseconds: soon at first, and so often in the end that one which
    /// returned is at work well within two seconds, the time that opening it takes included.
    static func patience(attempt: Int) -> Int32 {
        min(700, 100 << Int32(min(attempt, 3)))
    }
}
