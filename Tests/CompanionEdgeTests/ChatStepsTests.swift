import Testing

@testable import companion_edge

@Suite struct ChatStepsTests {
    /// Ends only when its task is cancelled.
    private func forever() async {
        let (nothing, _) = AsyncStream.makeStream(of: Never.self)
        for await _ in nothing {}
    }

    /// Says that it has begun, then goes on until cancelled or `gate` opens.
    private func cut(_ steps: ChatSteps, by action: @escaping @Sendable () -> Void) async throws -> Bool {
        let (begun, begin) = AsyncStream.makeStream(of: Void.self)
        async let outcome: Bool? = steps.waiting {
            begin.yield()
            await forever()
            return true
        }
        for await _ in begun { break }
        action()
        return try await outcome == nil
    }

    @Test("Ctrl-C and SIGTERM cut waiting short; after SIGTERM nothing begins")
    func waiting() async throws {
        let steps = ChatSteps()
        #expect(try await cut(steps) { steps.interrupt() })
        #expect(try await steps.waiting { 1 } == 1)
        #expect(try await cut(steps) { steps.terminate() })
        #expect(steps.isTerminated)
        #expect(try await steps.waiting { 1 } == nil)
        #expect(try await steps.answering { 1 } == nil)
    }

    @Test("an answer that was begun when SIGTERM came is finished")
    func answering() async throws {
        let steps = ChatSteps()
        let answer = try await steps.answering {
            steps.terminate()
            return "whole"
        }
        #expect(answer == "whole")
    }

    @Test("an interruption between two steps cuts neither")
    func between() async throws {
        let steps = ChatSteps()
        steps.interrupt()
        #expect(try await steps.waiting { 1 } == 1)
    }

    @Test("what goes wrong in a step comes out of it")
    func failure() async throws {
        let steps = ChatSteps()
        await #expect(throws: CommandFailure.self) {
            _ = try await steps.answering { throw CommandFailure(.io, "x") }
        }
    }
}
