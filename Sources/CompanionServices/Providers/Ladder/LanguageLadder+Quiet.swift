extension LanguageLadder {
    /// Longest answer to a question that nobody waits for, in characters.
    private static let quietLimit = 16_000
    /// How long one rung may take for it.
    private static let quietTime = Duration.seconds(40)

    /// Asks those of a plan something that nobody waits for: one rung after the other, each to its end, until `accept` can use an answer. It throws
    /// what is wrong with one that it cannot.
    ///
    /// - Returns: nil when there is no such answer; and who was asked.
    func quietly<Value: Sendable>(
        _ request: ChatRequest, plan: LadderPlan,
        accept: @Sendable (String) throws(LanguageModelError) -> Value
    ) async -> (value: Value?, uses: [RungUse]) {
        var uses: [RungUse] = []
        for candidate in plan.candidates {
            begin(candidate)
            let answer = await whole(request, from: candidate.model)
            var use = RungUse(
                rung: candidate.rung.kind.rawValue, model: candidate.model.name, outcome: .failed, usage: answer.usage)
            do throws(LanguageModelError) {
                if let error = answer.error { throw error }
                guard !Task.isCancelled else { throw .cut }
                let value = try accept(answer.text)
                use.outcome = .answered
                end(candidate, failure: nil)
                return (value, uses + [use])
            } catch {
                use.why = error.label
                uses.append(use)
                end(candidate, failure: Task.isCancelled ? nil : error)
                if Task.isCancelled { return (nil, uses) }
            }
        }
        return (nil, uses)
    }

    private struct WholeAnswer: Sendable {
        var text = ""
        var usage: TokenUsage?
        var error: LanguageModelError?
    }

    private func whole(_ request: ChatRequest, from model: any LanguageModel) async -> WholeAnswer {
        let limit = Self.quietTime
        return await withTaskGroup(of: WholeAnswer?.self) { group in
            group.addTask {
                var answer = WholeAnswer()
                var isOver = false
                do {
                    for try await event in model.answer(request) {
                        switch event {
                        case .text(let piece):
                            answer.text += piece
                            guard answer.text.count <= Self.quietLimit else {
                                throw LanguageModelError.malformed("it does not end")
                            }
                        case .call: continue
                        case .finished(let end):
                            answer.usage = end.usage
                            isOver = true
                            if end.reason == .filtered { throw LanguageModelError.filtered }
                            if end.reason == .length { throw LanguageModelError.malformed("it is longer than was asked for") }
                        }
                    }
                    if !isOver { answer.error = .cut }
                } catch let error as LanguageModelError {
                    answer.error = error
                } catch {
                    answer.error = .cut
                }
                if answer.usage == nil, answer.error?.followsWork ?? true {
                    answer.usage = TokenUsage(
                        prompt: request.estimatedTokens, answer: TokenEstimate.tokens(in: answer.text), isEstimated: true)
                }
                return answer
            }
            group.addTask {
                // Cancelled as soon as the answer is there.
                try? await Task.sleep(for: limit)
                return nil
            }
            defer { group.cancelAll() }
            guard let first = await group.next() else { return WholeAnswer(error: .cut) }
            if let answer = first { return answer }
            group.cancelAll()
            var answer = (await group.next() ?? nil) ?? WholeAnswer()
            answer.error = .cut
            return answer
        }
    }
}
