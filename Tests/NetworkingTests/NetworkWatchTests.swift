import Testing

@testable import Networking

@Suite struct NetworkWatchTests {
    static let addresses: [([UInt8], Bool)] = [
        ([192, 168, 1, 7], true), ([10, 0, 0, 2], true), ([169, 254, 3, 4], false), ([127, 0, 0, 1], false),
        ([0xFE, 0x80] + [UInt8](repeating: 0, count: 13) + [1], false),
        ([0x2A, 0x01] + [UInt8](repeating: 0, count: 13) + [1], true),
        ([UInt8](repeating: 0, count: 15) + [1], false),
    ]

    @Test("addresses a machine gives itself are no way out", arguments: addresses)
    func reach(address: [UInt8], expected: Bool) {
        #expect(NetworkInterface(isRunning: true, isLoopback: false, address: address).reachesOut == expected)
        #expect(!NetworkInterface(isRunning: false, isLoopback: false, address: address).reachesOut)
        #expect(!NetworkInterface(isRunning: true, isLoopback: true, address: address).reachesOut)
    }

    @Test("a reader is told the level at once, and ends with the watch")
    func levels() async {
        let (expected, levels) = started()
        // The watch is gone by now, and what it said last is still there to be read.
        var seen: [Bool] = []
        for await level in levels { seen.append(level) }
        #expect(seen == [expected])
    }

    private func started() -> (Bool, AsyncStream<Bool>) {
        let watch = NetworkWatch()
        return (watch.isOnline, watch.levels())
    }
}
