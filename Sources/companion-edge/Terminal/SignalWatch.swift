import Dispatch
import Foundation

/// Turns SIGINT, SIGTERM and SIGHUP into a stream, from its making to ``end()``.
final class SignalWatch {
    private static let numbers: [(Int32, CommandSignal)] = [(SIGINT, .interrupt), (SIGTERM, .terminate), (SIGHUP, .terminate)]

    let signals: AsyncStream<CommandSignal>
    private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: CommandSignal.self, bufferingPolicy: .bufferingNewest(16))
        signals = stream
        sources = Self.numbers.map { number, meaning in
            // The default action would end the process before the source sees the signal.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { continuation.yield(meaning) }
            source.activate()
            return source
        }
    }

    /// Gives the signals back to the system.
    func end() {
        for source in sources { source.cancel() }
        for (number, _) in Self.numbers { signal(number, SIG_DFL) }
    }
}
