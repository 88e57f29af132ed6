import Dispatch
import Foundation

/// Turns SIGINT, SIGTERM and SIGHUP into a stream, for as long as it lives.
final class SignalWatch {
    let signals: AsyncStream<CommandSignal>
    private let sources: [any DispatchSourceSignal]

    init() {
        let (stream, continuation) = AsyncStream.makeStream(of: CommandSignal.self, bufferingPolicy: .bufferingNewest(16))
        signals = stream
        sources = [(SIGINT, CommandSignal.interrupt), (SIGTERM, .terminate), (SIGHUP, .terminate)].map { number, meaning in
            // The default action would end the process before the source sees the signal.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler { continuation.yield(meaning) }
            source.activate()
            return source
        }
    }

    deinit {
        for source in sources { source.cancel() }
    }
}
