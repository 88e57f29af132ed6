import ArgumentParser
import Foundation
import Glibc
import Networking
import TestSupport

/// The same requests to the same server by our transport and by Python's httpx, which the cloud companion stands on, in turn.
struct TransportComparison {
    /// Requests at the same time, as many as a busy device has.
    static let width = 8
    private static let rounds = 3

    let requests: Int

    private struct Figures {
        var perSecond: [Double] = []
        /// Milliseconds of processor time for a request, the system's part included.
        var processor: [Double] = []
    }

    func run() async throws {
        let server = try await ScriptedModels()
        let address = server.address + "/models"
        var (ours, httpx) = (Figures(), Figures())
        for _ in 0..<Self.rounds {
            try await measure(address, &ours)
            try await measurePython(address, &httpx)
        }
        let (own, other) = (Distribution(ours.processor).median, Distribution(httpx.processor).median)
        print("\(requests) requests, \(Self.width) at a time, medians of \(Self.rounds)")
        print("  ours:  \(Int(Distribution(ours.perSecond).median)) a second, \(format(own)) ms of processor each")
        print("  httpx: \(Int(Distribution(httpx.perSecond).median)) a second, \(format(other)) ms of processor each")
        print("  \(format(other / own)) times less processor time (aim 3); the server is the same Python program for both")
    }

    private func measure(_ address: String, _ figures: inout Figures) async throws {
        let transport = try CurlTransport()
        _ = try await transport.send(HTTPRequest(.get, address))
        let (start, before) = (ContinuousClock.now, Self.processorSeconds())
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<Self.width {
                group.addTask {
                    for _ in 0..<requests / Self.width {
                        let response = try await transport.send(HTTPRequest(.get, address))
                        guard response.status == 200 else { throw ValidationError("The server answered \(response.status).") }
                    }
                }
            }
            try await group.waitForAll()
        }
        let count = Double(requests / Self.width * Self.width)
        figures.processor.append((Self.processorSeconds() - before) * 1000 / count)
        figures.perSecond.append(count / ((ContinuousClock.now - start) / .seconds(1)))
    }

    private func measurePython(_ address: String, _ figures: inout Figures) async throws {
        let ended = try await ChildProcess.run(
            CloudStack.python, ["-c", Self.client, address, "\(requests / Self.width)", "\(Self.width)"])
        let numbers = ended.output.split(whereSeparator: \.isWhitespace).compactMap { Double($0) }
        guard ended.status == 0, numbers.count == 2 else { throw ValidationError("httpx failed: \(ended.errors)") }
        figures.perSecond.append(numbers[0])
        figures.processor.append(numbers[1])
    }

    /// As a program would: one client for all, its connections kept. Start and imports are not counted.
    private static let client = """
        import asyncio, resource, sys, time
        import httpx

        address, each, width = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])

        def used():
            usage = resource.getrusage(resource.RUSAGE_SELF)
            return usage.ru_utime + usage.ru_stime

        async def ask(client):
            for _ in range(each):
                response = await client.get(address)
                assert response.status_code == 200 and response.content

        async def main():
            async with httpx.AsyncClient() as client:
                await client.get(address)
                start, before = time.monotonic(), used()
                await asyncio.gather(*(ask(client) for _ in range(width)))
                print(each * width / (time.monotonic() - start), (used() - before) * 1000 / (each * width))

        asyncio.run(main())
        """

    private static func processorSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000 }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}
