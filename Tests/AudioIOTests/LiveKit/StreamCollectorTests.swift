import Testing

@testable import AudioIO

@Suite(.timeLimit(.minutes(1))) struct StreamCollectorTests {
    private let counter = RoomCounter()

    private func head(attributes: [String: String] = [:]) -> StreamHead {
        var info = WireWriter()
        info.put(1, "s1")
        info.put(4, "lk.chat")
        info.put(6, map: attributes)
        return StreamHead(WireReader(info.bytes), of: "mira")
    }

    private func end(attributes: [String: String] = [:], error: String? = nil) -> WireReader {
        var end = WireWriter()
        if let error { end.put(1) { $0.put(1, error) } }
        end.put(2, map: attributes)
        return WireReader(end.bytes)
    }

    /// The first thing that came of a stream.
    private func event(_ inbox: RoomInbox) async -> RoomEvent? {
        inbox.close()
        for await message in inbox.messages { if case .streamEnded(let event) = message { return event } }
        return nil
    }

    @Test("pieces become one text, also where they cut a letter, and what is said at the end is laid over the beginning")
    func text() async {
        let inbox = RoomInbox(limits: RoomLimits(), counter: counter)
        let collector = StreamCollector(
            head(attributes: ["a": "1", "final": "false"]), isText: true, limits: RoomLimits(), inbox: inbox)
        let bytes = Array("سلام".utf8)
        #expect(!collector.append(bytes[..<3]))
        #expect(!collector.append(bytes[3...]))
        #expect(collector.end(end(attributes: ["final": "true"])))
        #expect(
            await event(inbox)
                == .text(
                    RoomText(
                        id: "s1", participant: "mira", topic: "lk.chat", attributes: ["a": "1", "final": "true"], text: "سلام")))
    }

    @Test("more than may come is thrown away and told once")
    func tooLong() async {
        var limits = RoomLimits()
        limits.streamBytes = 10
        let inbox = RoomInbox(limits: limits, counter: counter)
        let collector = StreamCollector(head(), isText: false, limits: limits, inbox: inbox)
        #expect(!collector.append([UInt8](repeating: 1, count: 10)[...]))
        #expect(collector.append([1]))
        _ = collector.append([2])
        _ = collector.end(end())
        guard case .streamFailed("lk.chat", "mira", let error) = await event(inbox) else {
            Issue.record("no failure was told")
            return
        }
        #expect(error.code == .tooLarge)
    }

    @Test("a stream that is never ended is given up when its time is over, and not before")
    func endless() async {
        let inbox = RoomInbox(limits: RoomLimits(), counter: counter)
        let collector = StreamCollector(head(), isText: true, limits: RoomLimits(), inbox: inbox)
        _ = collector.append([65])
        #expect(!collector.isOver(at: MonotonicTime.now, limit: .seconds(60)))
        #expect(collector.isOver(at: MonotonicTime.now + 61_000_000_000, limit: .seconds(60)))
        guard case .streamFailed(_, _, let error) = await event(inbox) else {
            Issue.record("no failure was told")
            return
        }
        #expect(error.code == .timedOut)
    }

    @Test("a stream that its sender broke off is told as such")
    func broken() async {
        let inbox = RoomInbox(limits: RoomLimits(), counter: counter)
        let collector = StreamCollector(head(), isText: true, limits: RoomLimits(), inbox: inbox)
        #expect(collector.end(end(error: "aborted")))
        guard case .streamFailed(_, _, let error) = await event(inbox) else {
            Issue.record("no failure was told")
            return
        }
        #expect(error.code == .refused && error.message.contains("aborted"))
    }

    @Test("data beyond what may wait or is too long is counted and not kept")
    func data() async {
        var limits = RoomLimits()
        (limits.waitingData, limits.dataBytes) = (3, 100)
        let inbox = RoomInbox(limits: limits, counter: counter)
        func message(_ count: Int) -> RoomMessage {
            .data(RoomData(participant: "mira", topic: "t", bytes: [UInt8](repeating: 0, count: count), isReliable: true))
        }
        inbox.take(message(101))
        for _ in 0..<5 { inbox.take(message(100)) }
        inbox.dataWasTaken()
        inbox.take(message(1))
        inbox.close()
        var counts: [Int] = []
        for await message in inbox.messages { if case .data(let data) = message { counts.append(data.bytes.count) } }
        #expect(counts == [100, 100, 100, 1])
        #expect(counter.now.dataDropped == 3)
    }
}
