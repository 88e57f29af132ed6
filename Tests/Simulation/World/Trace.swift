/// What happened in a run, line by line, with a hash over all of it: two runs of one plan must hash alike.
struct Trace: Sendable {
    private(set) var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    private(set) var lines: [String] = []
    let keepsLines: Bool

    mutating func note(_ time: Int64, _ line: @autoclosure () -> String) {
        let line = line()
        // FNV-1a.
        for byte in line.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        hash = (hash ^ UInt64(bitPattern: time)) &* 0x0000_0100_0000_01B3
        if keepsLines { lines.append("\(time) ms: \(line)") }
    }
}
