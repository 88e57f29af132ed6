import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct ChildProcessTests {
    @Test("a test whose time is over ends the program it waits for, and does not wait on")
    func cancelled() async throws {
        let program = try ChildProcess(URL(filePath: "/usr/bin/env"), ["cat"])
        let waiting = Task { await program.ended() }
        waiting.cancel()
        #expect(await waiting.value.status == 128 + SIGKILL)
    }
}
