import Foundation
import LocalStore
import Logging
import Networking
import TestSupport
import Testing

@testable import CompanionServices

/// A cloud's model over TLS and HTTP/2, whose connections end while they are used (`Tests/Support/Peers/http2_model_server.py`).
@Suite(.timeLimit(.minutes(5))) struct HTTP2ModelTests {
    private static let answer = "The model heard you, and it will think about that for a while."

    private let process: ChildProcess
    private let port: Int
    private let transport: CurlTransport
    private let authority: HomeAuthority

    init() async throws {
        authority = try await HomeAuthority()
        let script = CloudStack.root.appending(path: "Tests/Support/Peers/http2_model_server.py").path
        process = try ChildProcess(CloudStack.python, [script, authority.certificate, authority.key])
        port = try #require(await process.outputLines(atLeast: 1).first.flatMap { Int($0) }, "\(process.id)")
        transport = try CurlTransport(options: CurlTransport.Options(certificateAuthorities: authority.authority))
    }

    private func harness() throws -> ConversationHarness {
        let address = try #require(URL(string: "https://127.0.0.1:\(port)/v1"))
        let model = OpenAIChatModel(
            server: ModelServer(address: address, key: Secret("sk-test"), model: "scripted-1"), transport: transport)
        var tuning = LadderTuning()
        // A busy machine is no late server.
        tuning.cloudPatience = .seconds(20)
        return try ConversationHarness(
            ladder: LanguageLadder(
                rungs: [LadderRung(kind: .cloud) { model }], tuning: tuning, logger: Logger(label: "test")))
    }

    private func faults(_ faults: [String?]) async throws {
        let body: JSONValue = ["faults": .array(faults.map { $0.map(JSONValue.string) ?? .null })]
        let response = try await transport.send(
            HTTPRequest(.post, "https://127.0.0.1:\(port)/_test/next", body: Data(body.text.utf8)))
        #expect(response.status == 200)
    }

    private func log() async throws -> (questions: Int64?, connections: Int64?) {
        let response = try await transport.send(HTTPRequest(.get, "https://127.0.0.1:\(port)/_test/log"))
        let log = try JSONValue(parsing: String(decoding: response.body, as: UTF8.self)).objectValue
        return (log?["questions"]?.intValue, log?["connections"]?.intValue)
    }

    @Test(
        "a connection that takes its leave (GOAWAY) takes no turn with it: the next goes over a new one, what it lost is ended here"
    )
    func goaway() async throws {
        defer { process.closeInput() }
        let harness = try harness()
        let before = try await log()
        #expect(before.questions == 0)
        try await faults(["goaway", nil, nil, "lost", nil, "retired", nil])
        let said = [
            "I went to the park", "it was very crowded", "the sky was blue", "I saw a dog", "it was brown", "I came home late",
            "now I am tired",
        ]
        var answers: [String] = []
        var routes: [[RungUse.Outcome]] = []
        for words in said {
            answers.append(try await harness.say(words))
            routes.append(try await harness.session.why().route.map(\.outcome))
        }
        // The farewell comes with an answer that is whole; those after it have a connection of their own, which they share.
        #expect(answers[0...2].allSatisfy { $0 == Self.answer }, "\(answers)")
        #expect(answers[3].hasPrefix("The model heard you,") && answers[3] != Self.answer, "\(answers[3])")
        #expect(routes[3] == [.broke, .answered])
        #expect(answers[4] == Self.answer)
        // Nobody read the question: whether it was asked again or answered here, it was answered.
        #expect(!answers[5].isEmpty && routes[5].last == .answered)
        #expect(answers[6] == Self.answer)
        let (questions, connections) = try await log()
        #expect(questions == (answers[5] == Self.answer ? 7 : 6))
        #expect(connections == 4, "one until the farewell, one until the loss, one until it was retired, and one since")
        let messages = try await harness.companion.store.read { view in
            try view.conversations(limit: 1).flatMap { try view.messages(conversation: $0.id) }
        }
        #expect(messages.filter { $0.role == .user }.map(\.text) == said)
        #expect(messages.filter { $0.role == .assistant }.map(\.text) == answers)
    }
}
