import Foundation
import LocalStore
import Logging
import Networking
import Synchronization

/// Wake words that a Wyoming server listens for, such as openWakeWord's at home. The sound goes there all the time. While it cannot
/// be reached, what is installed on this device listens instead.
package final class WyomingWakeWord: WakeWordDetector {
    private static let rate = 16_000
    private static let chunk = 1024
    /// Chunks that wait for the connection, at most: nobody wants to be heard seconds late.
    private static let waiting = 16

    private struct State {
        var pending: [Int16] = []
        var isListening = false
        var phrases: [String]
        var heard: [WakeWord] = []
    }

    private final class Box: Sendable {
        let state: Mutex<State>
        init(_ phrases: [String]) { state = Mutex(State(phrases: phrases)) }
    }

    private let own: (any WakeWordDetector)?
    private let box: Box
    private let feed: AsyncStream<[Int16]>.Continuation
    private let work: Task<Void, Never>

    /// - Parameters:
    ///   - names: of the server's wake words to listen for; all when empty.
    ///   - own: of this device, for the time in which the server is not there.
    package init(
        _ peer: WyomingPeer, names: [String] = [], own: (any WakeWordDetector)?,
        retry: Networking.RetryPolicy = .init(base: .seconds(1), cap: .seconds(30)), logger: Logger
    ) {
        self.own = own
        let box = Box(own?.phrases ?? names)
        self.box = box
        let (sound, feed) = AsyncStream.makeStream(of: [Int16].self, bufferingPolicy: .bufferingNewest(Self.waiting))
        self.feed = feed
        work = Task { await Self.listen(to: peer, names, sound, box, retry, logger) }
    }

    deinit {
        work.cancel()
        feed.finish()
    }

    package var phrases: [String] { box.state.withLock(\.phrases) }

    package func accept(_ samples: [Int16]) throws -> WakeWord? {
        let (chunk, isListening, heard) = box.state.withLock { state in
            state.pending += samples
            let heard = state.heard.isEmpty ? nil : state.heard.removeFirst()
            guard state.pending.count >= Self.chunk else { return ([Int16](), state.isListening, heard) }
            defer { state.pending = [] }
            return (state.pending, state.isListening, heard)
        }
        if !chunk.isEmpty { feed.yield(chunk) }
        // It hears along, so that its memory of the sound is whole when it is needed.
        let word = try own?.accept(samples)
        return isListening ? heard : word
    }

    package func reset() {
        box.state.withLock {
            $0.pending = []
            $0.heard = []
        }
        own?.reset()
    }

    private static func listen(
        to peer: WyomingPeer, _ names: [String], _ sound: AsyncStream<[Int16]>, _ box: Box, _ retry: Networking.RetryPolicy,
        _ logger: Logger
    ) async {
        var failures = 0
        var generator = SystemRandomNumberGenerator()
        var sound = sound.makeAsyncIterator()
        while !Task.isCancelled {
            do {
                let line = try await WyomingLine.open(peer.address)
                defer { line.close() }
                let info = try await peer.info()
                box.state.withLock { $0.phrases = info.wakeWords.map { $0.phrase ?? $0.name } }
                try await converse(line, names, info, &sound, box) { failures = 0 }
                return
            } catch {
                box.state.withLock { $0.isListening = false }
                failures += 1
                if failures == 1 {
                    logger.warning("the server of wake words is not there", metadata: ["error": "\(error)"])
                }
                await peer.forget()
            }
            do { try await Task.sleep(for: retry.delay(failures: failures, using: &generator)) } catch { return }
        }
    }

    /// Until the sound is over; throws when the connection is.
    private static func converse(
        _ line: WyomingLine, _ names: [String], _ info: WyomingInfo, _ sound: inout AsyncStream<[Int16]>.Iterator, _ box: Box,
        connected: () -> Void
    ) async throws {
        try line.send(WyomingEvent("detect", names.isEmpty ? [:] : ["names": .array(names.map(JSONValue.string))]))
        try line.send(WyomingEvent("audio-start", WyomingEvent.format(rate)))
        box.state.withLock { $0.isListening = true }
        connected()
        let reader = Task {
            try await line.read { event in
                guard event.type == "detection" else { return false }
                let name = event.data["name"]?.stringValue ?? ""
                let phrase = info.wakeWords.first { $0.name == name }?.phrase ?? name
                box.state.withLock { $0.heard.append(WakeWord(phrase: phrase, probability: 1)) }
                return false
            }
        }
        defer { reader.cancel() }
        while let samples = await sound.next() {
            // Nothing can be sent when it broke, which tells.
            try line.send(.audio(samples, rate: rate))
        }
    }
}
