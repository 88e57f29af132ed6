import Glibc

/// An open file that closes itself, if nobody did it before.
struct OpenFile: ~Copyable {
    private(set) var descriptor: Int32

    init(taking descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    mutating func close() {
        if descriptor >= 0 { Glibc.close(descriptor) }
        descriptor = -1
    }

    static var reason: String { String(cString: strerror(errno)) }
}
