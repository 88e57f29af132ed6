import Glibc

/// The four functions of LiveKit's library (`liblivekit_ffi.so`, livekit-ffi 0.13), found in a file.
struct LiveKitSymbols: Sendable {
    typealias Callback = @convention(c) (UnsafePointer<UInt8>?, Int) -> Void
    private typealias Initialize = @convention(c) (Callback, Bool, UnsafePointer<CChar>, UnsafePointer<CChar>) -> Void
    private typealias Request =
        @convention(c) (
            UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UnsafePointer<UInt8>?>, UnsafeMutablePointer<Int>
        ) -> UInt64
    private typealias DropHandle = @convention(c) (UInt64) -> Bool

    private let initializeFunction: Initialize
    private let requestFunction: Request
    private let dropFunction: DropHandle

    /// Opens the file. It stays open for as long as the process lives: the library has threads of its own.
    init(path: String) throws(LiveKitError) {
        guard access(path, F_OK) == 0 else {
            throw LiveKitError(
                .libraryMissing, "LiveKit's library is not at '\(path)'.",
                advice: "Install it with: companion-edge models install livekit")
        }
        if let flaw = LibraryFile.flaw(ofFile: path) {
            throw LiveKitError(
                .libraryUnusable, "LiveKit's library at '\(path)' cannot be used: \(flaw).",
                advice: "Install it again with: companion-edge models install --again livekit")
        }
        guard let library = dlopen(path, RTLD_NOW | RTLD_LOCAL) else {
            let reason = dlerror().map { String(cString: $0) } ?? "no reason is given"
            throw LiveKitError(
                .libraryUnusable, "LiveKit's library cannot be opened: \(reason).",
                advice: "Install it again with: companion-edge models install --again livekit")
        }
        func symbol(_ name: String) throws(LiveKitError) -> UnsafeMutableRawPointer {
            guard let address = dlsym(library, name) else {
                throw LiveKitError(
                    .libraryUnusable, "'\(path)' has no function \(name), so it is not the LiveKit library that is known here.",
                    advice: "Install it again with: companion-edge models install --again livekit")
            }
            return address
        }
        initializeFunction = unsafeBitCast(try symbol("livekit_ffi_initialize"), to: Initialize.self)
        requestFunction = unsafeBitCast(try symbol("livekit_ffi_request"), to: Request.self)
        dropFunction = unsafeBitCast(try symbol("livekit_ffi_drop_handle"), to: DropHandle.self)
    }

    /// Once in a process. Log records come as events, all levels of them.
    func initialize(_ callback: Callback) {
        // A label in the server's statistics; it takes only names that it knows.
        initializeFunction(callback, true, "rust", "0.13.2")
    }

    /// Hands a request over and copies the response.
    /// - Returns: `nil` when the library refuses it; why is only in its log.
    func request(_ message: [UInt8]) -> [UInt8]? {
        var response: UnsafePointer<UInt8>?
        var count = 0
        let handle = requestFunction(message, message.count, &response, &count)
        guard handle != 0 else { return nil }
        defer { drop(handle) }
        return Array(UnsafeBufferPointer(start: response, count: count))
    }

    /// Gives back what a handle stands for.
    func drop(_ handle: UInt64) {
        // False means that it is gone already, with the room it belonged to.
        _ = dropFunction(handle)
    }
}
