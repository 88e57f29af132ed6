import Foundation

/// Makes from the files of the archives what the programs that use them want to see.
struct ModelPreparer: Sendable {
    let package: ModelPackage
    let folder: URL

    func prepare() async throws {
        switch package.preparation {
        case .none: break
        case .piperVoice(let model): try describeVoice(model)
        case .wakeWordFrontEnd: try await WakeWordFrontEnd(package: package, folder: folder).build()
        }
    }

    // MARK: Piper

    private struct Voice: Decodable {
        struct Audio: Decodable {
            let rate: Int

            enum CodingKeys: String, CodingKey { case rate = "sample_rate" }
        }

        struct Espeak: Decodable { let voice: String }

        struct Language: Decodable {
            let name: String

            enum CodingKeys: String, CodingKey { case name = "name_english" }
        }

        let audio: Audio
        let espeak: Espeak
        let language: Language?
        let speakers: Int
        let phonemes: [String: [Int]]

        enum CodingKeys: String, CodingKey {
            case audio, espeak, language
            case speakers = "num_speakers"
            case phonemes = "phoneme_id_map"
        }
    }

    /// Adds to the model what its own description says, as properties of the ONNX file, and lists its phonemes.
    private func describeVoice(_ model: String) throws {
        let description = model + ".json"
        let data = try content(description)
        let voice: Voice
        do {
            voice = try JSONDecoder().decode(Voice.self, from: data)
        } catch {
            throw unreadable(description)
        }
        let properties = [
            ("model_type", "vits"), ("comment", "piper"), ("language", voice.language?.name ?? "English"),
            ("voice", voice.espeak.voice), ("has_espeak", "1"), ("n_speakers", "\(voice.speakers)"),
            ("sample_rate", "\(voice.audio.rate)"),
        ]
        let file = folder.appending(path: model)
        do {
            let handle = try FileHandle(forWritingTo: file)
            defer { try? handle.close() }
            try handle.seekToEnd()
            for (key, value) in properties { try handle.write(contentsOf: Data(Self.property(key, value))) }
        } catch {
            throw ModelPlace.failure(errno, file.path, error.localizedDescription)
        }
        let phonemes = voice.phonemes.filter { $0.key != "\n" }.compactMap { name, ids in ids.first.map { ($0, name) } }
        let lines = phonemes.sorted { $0 < $1 }.map { "\($1) \($0)\n" }
        try write(Data(lines.joined().utf8), to: "tokens.txt")
    }

    /// An entry of `metadata_props`, the 14th field of an ONNX model, in the encoding of protocol buffers.
    static func property(_ key: String, _ value: String) -> [UInt8] {
        field(14, field(1, Array(key.utf8)) + field(2, Array(value.utf8)))
    }

    private static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
        variable(number << 3 | 2) + variable(bytes.count) + bytes
    }

    private static func variable(_ number: Int) -> [UInt8] {
        var rest = number
        var bytes: [UInt8] = []
        while rest > 127 {
            bytes.append(UInt8(rest & 127) | 128)
            rest >>= 7
        }
        return bytes + [UInt8(rest)]
    }

    // MARK: Files

    private func content(_ name: String) throws -> Data {
        do {
            return try Data(contentsOf: folder.appending(path: name))
        } catch {
            throw unreadable(name)
        }
    }

    private func write(_ data: Data, to name: String) throws {
        let file = folder.appending(path: name)
        do {
            try data.write(to: file)
        } catch {
            throw ModelPlace.failure(errno, file.path, error.localizedDescription)
        }
    }

    private func unreadable(_ name: String) -> ModelError {
        .notPrepared(package.name, reason: "\(name) is not what was expected")
    }
}
