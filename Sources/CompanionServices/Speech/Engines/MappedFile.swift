import Glibc

/// A file's content as memory, read when it is looked at. The file is not to be changed meanwhile; replacing it does no harm.
final class MappedFile {
    let bytes: UnsafeRawBufferPointer

    init(_ path: String) throws(LibraryError) {
        func failure() -> LibraryError { LibraryError(reason: "\(path): \(String(cString: strerror(errno)))") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure() }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure() }
        guard status.st_size > 0 else { throw LibraryError(reason: "\(path) is empty") }
        let size = Int(status.st_size)
        guard let address = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), address != MAP_FAILED else { throw failure() }
        bytes = UnsafeRawBufferPointer(start: address, count: size)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count)
    }

    /// Lets the system have the memory until the content is looked at again.
    func rest() {
        madvise(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count, MADV_DONTNEED)
    }
}
