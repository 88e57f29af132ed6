import Foundation

/// Compiles the sound analysis that microWakeWord's models were trained with, from the source in its package.
struct WakeWordFrontEnd: Sendable {
    static let library = "libwakefrontend.so"

    let package: ModelPackage
    let folder: URL

    static func compiler() throws(ModelError) -> String {
        for name in ["c++", "g++", "clang++"] {
            if let path = ToolProcess.find(name) { return path }
        }
        throw .noProgram("c++", package: "g++")
    }

    func build() async throws {
        let source = folder.appending(path: "source", directoryHint: .isDirectory)
        let shim = source.appending(path: "interface.cc")
        do {
            try Data(Self.interface.utf8).write(to: shim)
        } catch {
            throw ModelPlace.failure(errno, shim.path, error.localizedDescription)
        }
        let arguments =
            ["-shared", "-fPIC", "-O2", "-w", "-fvisibility=hidden", "-DFIXED_POINT=16", "-I.", "-Ikissfft"]
            + Self.files.map { "tensorflow/lite/experimental/microfrontend/lib/\($0).cc" }
            + ["kissfft/kiss_fft.cc", "kissfft/tools/kiss_fftr.cc", "interface.cc", "-o", "../\(Self.library)"]
        let outcome = try await ToolProcess.run(try Self.compiler(), arguments, in: source, temporaries: folder)
        guard outcome.status == 0 else { throw ModelError.notPrepared(package.name, reason: outcome.reason) }
        do {
            try FileManager.default.moveItem(
                at: source.appending(path: "LICENSE"), to: folder.appending(path: "LICENSE.frontend"))
            try FileManager.default.removeItem(at: source)
        } catch {
            throw ModelPlace.failure(errno, source.path, error.localizedDescription)
        }
    }

    private static let files = [
        "kiss_fft_int16", "fft", "fft_util", "filterbank", "filterbank_util", "frontend", "frontend_util", "log_lut", "log_scale",
        "log_scale_util", "noise_reduction", "noise_reduction_util", "pcan_gain_control", "pcan_gain_control_util", "window",
        "window_util",
    ]

    /// Four functions with nothing of the library's own types in them; its settings are those of the models' training.
    private static let interface = """
        #include "tensorflow/lite/experimental/microfrontend/lib/frontend.h"
        #include "tensorflow/lite/experimental/microfrontend/lib/frontend_util.h"

        #define EXPORTED extern "C" __attribute__((visibility("default")))

        EXPORTED void *wake_frontend_create(void) {
            FrontendConfig config;
            FrontendFillConfigWithDefaults(&config);
            config.window.size_ms = 30;
            config.window.step_size_ms = 10;
            config.filterbank.num_channels = 40;
            config.filterbank.lower_band_limit = 125.0f;
            config.filterbank.upper_band_limit = 7500.0f;
            config.noise_reduction.smoothing_bits = 10;
            config.noise_reduction.even_smoothing = 0.025f;
            config.noise_reduction.odd_smoothing = 0.06f;
            config.noise_reduction.min_signal_remaining = 0.05f;
            config.pcan_gain_control.enable_pcan = 1;
            config.pcan_gain_control.strength = 0.95f;
            config.pcan_gain_control.offset = 80.0f;
            config.pcan_gain_control.gain_bits = 21;
            config.log_scale.enable_log = 1;
            config.log_scale.scale_shift = 6;
            FrontendState *state = (FrontendState *)calloc(1, sizeof(FrontendState));
            if (state && FrontendPopulateState(&config, state, 16000)) return state;
            free(state);
            return 0;
        }

        EXPORTED void wake_frontend_destroy(void *state) {
            FrontendFreeStateContents((FrontendState *)state);
            free(state);
        }

        EXPORTED void wake_frontend_reset(void *state) { FrontendReset((FrontendState *)state); }

        EXPORTED size_t wake_frontend_process(
            void *state, const int16_t *samples, size_t count, size_t *read, const uint16_t **values) {
            FrontendOutput output = FrontendProcessSamples((FrontendState *)state, samples, count, read);
            *values = output.values;
            return output.size;
        }

        """
}
