import Synchronization

/// Carries blocks of sound from one sound thread to one reader, without a lock, without an allocation.
final class SoundRing: Sendable {
    /// Why sound is missing before a block.
    enum Gap: Sendable {
        case none
        /// The device was there, and nobody took its sound in time.
        case overrun
        /// There was no device, or it was muted.
        case absence
    }

    /// What is known of a block's sound.
    struct Block: Sendable {
        /// Samples, and how many of them make a second.
        var count: Int
        var rate: Int
        /// When the last of them ended, at the device: nanoseconds of ``MonotonicTime``.
        var end: Int64
        /// What is missing between the block before and this one.
        var gap: Gap

        /// In nanoseconds.
        var duration: Int64 { Int64(count) * 1_000_000_000 / Int64(rate) }
    }

    /// Samples that a block has room for: 10 ms at the highest rate.
    static let blockSize = 960

    private let room: Int
    private let samples: SampleBuffer
    /// A slot belongs to the writer until `written` has passed it, and to the reader from then until `taken` has.
    nonisolated(unsafe) private let blocks: UnsafeMutableBufferPointer<Block>
    private let written = Atomic(0)
    private let taken = Atomic(0)

    /// - Parameter room: blocks that can wait.
    init(room: Int) {
        self.room = room
        samples = SampleBuffer(count: room * Self.blockSize)
        blocks = .allocate(capacity: room)
        blocks.initialize(repeating: Block(count: 0, rate: 0, end: 0, gap: .none))
    }

    deinit {
        samples.release()
        blocks.deallocate()
    }

    /// Appends a block; false, and nothing was taken, when there is no room.
    func push(_ sound: UnsafeBufferPointer<Int16>, rate: Int, end: Int64, gap: Gap) -> Bool {
        let number = written.load(ordering: .relaxed)
        guard number - taken.load(ordering: .acquiring) < room else { return false }
        let slot = number % room
        let count = min(sound.count, Self.blockSize)
        _ = self.slot(slot).update(from: sound[..<count])
        blocks[slot] = Block(count: count, rate: rate, end: end, gap: gap)
        written.store(number + 1, ordering: .releasing)
        return true
    }

    /// Hands the oldest block to `body`, if there is one.
    func take(_ body: (UnsafeBufferPointer<Int16>, Block) -> Void) -> Bool {
        let number = taken.load(ordering: .relaxed)
        guard number < written.load(ordering: .acquiring) else { return false }
        let block = blocks[number % room]
        body(UnsafeBufferPointer(rebasing: slot(number % room)[..<block.count]), block)
        taken.store(number + 1, ordering: .releasing)
        return true
    }

    private func slot(_ number: Int) -> UnsafeMutableBufferPointer<Int16> {
        UnsafeMutableBufferPointer(rebasing: samples.samples[(number * Self.blockSize)..<((number + 1) * Self.blockSize)])
    }
}
