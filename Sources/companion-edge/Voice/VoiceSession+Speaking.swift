import AudioIO
import CompanionServices
import Logging

extension VoiceSession {
    /// How far back an answer goes on after it stood still, at most.
    static let rewindReach = Duration.milliseconds(1500)

    // MARK: Making an answer

    func prepare(_ generation: Int, _ text: String) {
        var reply = SpokenReply(generation: generation)
        reply.utterance = text
        let uses = reply.uses
        reply.task = Task {
            // What was heard of the answer before belongs to what this one rests on.
            await cutting?.value
            do {
                let preview = try await parts.conversation.preview(of: text)
                replies[generation]?.language = preview.language
                // What a model will say nobody knows yet.
                if !preview.isOpen, let first = SentenceChunker.pieces(of: preview.text).first {
                    let sound = try await wholeSound(of: first, language: preview.language, uses)
                    replies[generation]?.expected = (first, sound)
                }
                try Task.checkCancellation()
                tell(.prepared(generation: generation))
            } catch {
                failed(generation, error)
            }
        }
        replies[generation] = reply
    }

    func speak(_ generation: Int, _ text: String) {
        metrics.turns += 1
        publish(.said(text))
        replies[generation]?.heard = lastHeard
        replies[generation]?.task = Task {
            await cutting?.value
            do {
                try await answer(text, generation)
            } catch {
                failed(generation, error)
            }
        }
    }

    /// Speaks an answer while the rest of it is still being found.
    private func answer(_ text: String, _ generation: Int) async throws {
        let (words, pen) = AsyncStream.makeStream(of: String.self)
        async let speaking: Void = say(words, generation)
        do {
            let reply = try await parts.conversation.reply(to: text) { pen.yield($0) }
            pen.finish()
            try know(reply, generation)
        } catch {
            pen.finish()
            throw error
        }
        try await speaking
        complete(generation)
    }

    /// The whole of it is known, and kept.
    private func know(_ reply: Reply, _ generation: Int) throws {
        // Also of an answer that was cut meanwhile: what was heard of it is to be remembered.
        kept[generation] = reply
        tapes.answered(generation, by: reply.messageID)
        try Task.checkCancellation()
        replies[generation]?.reply = reply
        publish(.answer(reply))
        tell(.saying(generation: generation, text: reply.text, isWhole: true))
    }

    func announce(_ generation: Int, _ id: String) {
        var reply = SpokenReply(generation: generation)
        reply.announcement = id
        reply.task = Task {
            await cutting?.value
            do {
                guard let announcing = announcements[id] else { throw CancellationError() }
                let reply = try await announcing.words()
                replies[generation]?.language = reply.language
                try know(reply, generation)
                let (words, pen) = AsyncStream.makeStream(of: String.self)
                pen.yield(reply.text)
                pen.finish()
                try await say(words, generation)
                complete(generation)
            } catch {
                failed(generation, error)
            }
        }
        replies[generation] = reply
    }

    private func failed(_ generation: Int, _ error: any Error) {
        guard !(error is CancellationError), !Task.isCancelled, let reply = replies[generation] else { return }
        if let id = reply.announcement { announcements.removeValue(forKey: id)?.done(false) }
        report(error)
        tell(.replyFailed(generation: generation))
    }

    // MARK: To the loudspeaker

    /// Hands over the pieces of a reply as its words come, while the first is already heard.
    private func say(_ words: AsyncStream<String>, _ generation: Int) async throws {
        var chunker = SentenceChunker()
        var all = ""
        for await more in words {
            all += more
            for piece in chunker.add(more) { try await say(piece: piece, generation) }
        }
        for piece in chunker.finish() { try await say(piece: piece, generation) }
        // Something has to end, also if a voice finds nothing to say in it.
        if replies[generation]?.pieces.isEmpty == true { try await say(piece: all, generation) }
    }

    private func say(piece text: String, _ generation: Int) async throws {
        try Task.checkCancellation()
        guard var reply = replies[generation] else { throw CancellationError() }
        let item = PlaybackItemID(generation: generation, number: reply.pieces.count)
        reply.pieces.append(SpokenText(text: text, rate: parts.loudspeaker.rate))
        replies[generation] = reply
        if reply.reply == nil {
            let said = reply.pieces.map(\.text).joined(separator: " ")
            publish(.saying(said))
            tell(.saying(generation: generation, text: said, isWhole: false))
        }
        if item.number == 0, let expected = reply.expected, expected.piece == text, !expected.sound.isEmpty {
            try await hand(over: expected.sound, to: item)
        } else {
            try await speakPiece(text, language: reply.language, to: item)
        }
        parts.loudspeaker.finish(item)
        replies[generation]?.pieces[item.number].finish()
    }

    /// All of it was handed over.
    private func complete(_ generation: Int) {
        replies[generation]?.isComplete = true
        finishIfHeard(generation)
    }

    private func speakPiece(_ text: String, language: Language, to item: PlaybackItemID) async throws {
        var converter: RateConverter?
        let uses = replies[item.generation]?.uses
        for try await chunk in parts.voice.speak(text, language: language.spoken, note: { uses?.note($0) }) {
            let current = try converter ?? RateConverter(from: chunk.rate, to: parts.loudspeaker.rate)
            converter = current
            try await hand(over: current.convert(chunk.samples), to: item)
        }
        if let converter { try await hand(over: converter.finish(), to: item) }
    }

    private func hand(over samples: [Int16], to item: PlaybackItemID) async throws {
        // Sound of an answer that was cut must not follow it.
        try Task.checkCancellation()
        replies[item.generation]?.pieces[item.number].add(samples)
        try await parts.loudspeaker.enqueue(samples, to: item)
    }

    private func wholeSound(of text: String, language: Language, _ uses: SpeechUses? = nil) async throws -> [Int16] {
        var sound: [Int16] = []
        var converter: RateConverter?
        for try await chunk in parts.voice.speak(text, language: language.spoken, note: { uses?.note($0) }) {
            let current = try converter ?? RateConverter(from: chunk.rate, to: parts.loudspeaker.rate)
            converter = current
            sound += current.convert(chunk.samples)
        }
        return sound + (converter?.finish() ?? [])
    }

    // MARK: What is heard of it

    func watchLoudspeaker() async {
        for await event in parts.loudspeaker.events {
            switch event {
            case .started(let item): started(item)
            case .finished(let item):
                replies[item.generation]?.finished.insert(item.number)
                finishIfHeard(item.generation)
            case .lost:
                metrics.losses += 1
                publish(.loudspeaker(isThere: false))
                tell(.loudspeaker(isThere: false))
            case .recovered:
                publish(.loudspeaker(isThere: true))
                tell(.loudspeaker(isThere: true))
            case .gap(let frames): metrics.gap += Double(frames) / Double(parts.loudspeaker.rate)
            case .starved(_, let frames): metrics.starved += Double(frames) / Double(parts.loudspeaker.rate)
            case .drained: break
            }
        }
    }

    private func started(_ item: PlaybackItemID) {
        guard item.number >= 0, replies[item.generation]?.hasStarted == false else { return }
        replies[item.generation]?.hasStarted = true
        tell(.playbackStarted(generation: item.generation))
    }

    private func finishIfHeard(_ generation: Int) {
        guard let reply = replies[generation], reply.isHeardWhole else { return }
        replies[generation] = nil
        kept[generation] = nil
        tapes.finish(generation, of: reply.reply?.messageID)
        keepSpeech(of: reply, as: reply.reply?.messageID)
        publish(.spoken(reply.whole))
        tell(.playbackFinished(generation: generation))
        if let id = reply.announcement { announcements.removeValue(forKey: id)?.done(true) }
        if reply.reply?.isFarewell == true { publish(.farewell) }
    }

    /// Tells the engine that sound moves, as long as it does.
    func watchProgress() async {
        var last: PlayedPosition?
        while !Task.isCancelled {
            do { try await Task.sleep(for: .milliseconds(200)) } catch { return }
            let played = parts.loudspeaker.played
            guard played != last, let played else { continue }
            last = played
            tell(.playbackMoved(generation: played.item.generation, heard: Int(played.seconds * 1000)))
            let heard = replies[played.item.generation]?.words(heardBy: played) ?? ""
            if !heard.isEmpty { publish(.speaking(heard: heard)) }
        }
    }

    // MARK: Being interrupted

    func resume(_ generation: Int) {
        metrics.resumed += 1
        let samples = replies[generation]?.rewind(from: parts.loudspeaker.played, reach: Self.rewindReach) ?? 0
        publish(.resumed)
        parts.loudspeaker.resume(rewind: .microseconds(Int64(samples) * 1_000_000 / Int64(parts.loudspeaker.rate)))
    }

    /// Falls silent, and then remembers what was heard.
    func cut(_ generation: Int) {
        guard let reply = replies.removeValue(forKey: generation) else { return }
        metrics.interruptions += 1
        // Standing still, nothing more is heard, whatever is still handed over.
        parts.loudspeaker.pause()
        reply.task?.cancel()
        let before = cutting
        cuts += 1
        cutting = Task {
            await before?.value
            await reply.task?.value
            await remember(reply)
            cuts -= 1
        }
    }

    private func remember(_ reply: SpokenReply) async {
        do {
            let words = reply.words(heardBy: try await parts.loudspeaker.flush())
            publish(.interrupted(heard: words))
            let made = kept.removeValue(forKey: reply.generation)
            var message = made?.messageID
            // What could only be read, because there is no loudspeaker, counts as said.
            if engine.hasLoudspeaker, let made, !made.messageID.isEmpty {
                message = try await parts.conversation.keepHeard(words, of: made)?.messageID ?? made.answeredMessageID
            }
            tapes.finish(reply.generation, of: message)
            keepSpeech(of: reply, as: message)
            guard let id = reply.announcement, announcements[id] != nil else { return }
            if words.isEmpty, engine.hasLoudspeaker {
                // Nobody heard it, so it is still to be said.
                tell(.announce(id: id))
            } else {
                announcements.removeValue(forKey: id)?.done(true)
            }
        } catch {
            report(error)
        }
    }

    // MARK: Sounds beside the answer

    func fill(_ filler: TurnEffect.Filler) {
        guard let generation = engine.generation else { return }
        switch filler {
        case .sound: play(fillers.thinking, PlaybackItemID(generation: generation, number: SpokenReply.Filling.sound))
        case .phrase:
            let item = PlaybackItemID(generation: generation, number: SpokenReply.Filling.phrase)
            Task {
                do {
                    let sound = try await wholeSound(of: VoiceFillers.phrase(in: parts.language), language: parts.language)
                    guard engine.generation == generation, engine.phase == .thinking else { return }
                    play(sound, item)
                } catch {
                    report(error)
                }
            }
        }
    }

    func playCue() {
        fillers.cues += 1
        play(fillers.cue, PlaybackItemID(generation: 0, number: -fillers.cues))
    }

    private func play(_ sound: [Int16], _ item: PlaybackItemID) {
        guard cuts > 0, let cutting else { return enqueue(sound, item) }
        // Before the loudspeaker is silent, it would be thrown away with what was interrupted.
        Task {
            await cutting.value
            enqueue(sound, item)
        }
    }

    /// Only before an answer: between two pieces of one, it would look as if nothing of the answer had been heard.
    private func enqueue(_ sound: [Int16], _ item: PlaybackItemID) {
        guard replies[item.generation]?.pieces.isEmpty != false else { return }
        guard !parts.loudspeaker.enqueue(whole: sound, as: item) else { return }
        parts.logger.warning("a signal found no room at the loudspeaker")
    }
}

extension Language {
    /// The language a voice reads it in: Urdu in Latin letters has no voice of its own.
    var spoken: Language { self == .romanUrdu ? .english : self }
}
