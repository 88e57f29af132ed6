import Foundation

/// llama.cpp's server out of its installed package, with a language model: the command that becomes it.
///
/// The package is a module of Python, which has the whole of llama.cpp in it and nothing to start it with; the few lines that do so are
/// here. It listens on this machine alone, says where on its first line, and tells systemd when the model is read. SIGTERM ends it.
package struct LanguageModelServer: Sendable {
    /// Where llama.cpp's own server listens, and where the companion looks for one.
    package static let usualPort = 8080

    /// A program by its path, and its arguments.
    package let command: [String]

    /// - Parameters:
    ///   - model: an installed package, or a file with a model in GGUF format; nil for the best that is installed.
    ///   - port: 0 for any that is free.
    /// - Throws: `ModelError`. All files of the packages are checked, which takes a second for each gigabyte.
    package init(_ store: ModelStore, model: String?, port: Int, folder: URL) throws {
        let library = try Self.whole(ModelCatalogue.llamaServer, in: store)
        let (file, name) = try Self.weights(model, in: store, folder: folder)
        let python = try ModelInstaller.program("python3", package: "python3")
        command = [python, "-I", "-B", "-c", Self.host, library.folder.path, file, name, String(port)]
    }

    private static func weights(_ model: String?, in store: ModelStore, folder: URL) throws -> (file: String, name: String) {
        guard let model else {
            guard let found = ModelCatalogue.languageModels.first(where: { store.find($0) != nil }) else {
                throw ModelError.notInstalled(ModelCatalogue.smolLM.name)
            }
            return try weights(found.name, in: store, folder: folder)
        }
        if let package = ModelCatalogue.languageModels.first(where: { $0.name == model }) {
            return (try whole(package, in: store).path("model.gguf"), package.name)
        }
        guard model.hasSuffix(".gguf") else { throw ModelError.unknown(model) }
        let file = URL(filePath: model, relativeTo: folder).standardizedFileURL
        guard FileManager.default.isReadableFile(atPath: file.path) else {
            throw ModelError.notThere(file: file.lastPathComponent, folder: file.deletingLastPathComponent().path)
        }
        return (file.path, file.deletingPathExtension().lastPathComponent)
    }

    private static func whole(_ package: ModelPackage, in store: ModelStore) throws(ModelError) -> InstalledModel {
        guard let model = store.find(package), model.version == package.version else { throw .notInstalled(package.name) }
        if let damage = model.damage().first { throw .wrongContent(file: damage.path) }
        return model
    }

    /// 8,192 tokens are what the companion may ask and be told twice over. Two questions at a time: a person's must not wait for one
    /// that nobody waits for. What was read of earlier questions is kept in 256 MB, because instructions begin alike.
    private static let host = """
        import os, socket, sys

        folder, model, name, port = sys.argv[1:]
        sys.path.insert(0, folder)
        import xllamacpp

        # The library writes to standard output as well.
        output = os.fdopen(os.dup(1), "w")
        os.dup2(2, 1)
        settings = xllamacpp.CommonParams()
        settings.model.path, settings.model_alias = model, {name}
        settings.hostnames, settings.port = ["127.0.0.1"], int(port)
        settings.n_ctx, settings.n_parallel, settings.kv_unified, settings.cache_ram_mib = 8192, 2, True, 256
        settings.n_gpu_layers, settings.ui, settings.verbosity = 0, False, 1
        try:
            server = xllamacpp.Server(settings)
        except RuntimeError:
            sys.exit(f"the model server could not be started with {model} at port {port}; the lines before say why")
        print(f"{name} at {server.listening_address}/v1", file=output, flush=True)
        if address := os.environ.get("NOTIFY_SOCKET"):
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
                systemd.sendto(b"READY=1", "\\0" + address[1:] if address.startswith("@") else address)
        import signal
        while True:
            signal.pause()
        """
}
