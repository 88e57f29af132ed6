import Synchronization

/// Brings a stream of samples of one channel from one rate to another.
package final class RateConverter: Sendable {
    /// `nil` where there is nothing to change.
    private let resampler: Mutex<Resampler?>

    package init(from inputRate: Int, to outputRate: Int) throws(AudioError) {
        resampler = Mutex(inputRate == outputRate ? nil : try Resampler(from: inputRate, to: outputRate))
    }

    package func convert(_ samples: [Int16]) -> [Int16] {
        resampler.withLock { $0?.process(samples) } ?? samples
    }

    /// What is still on its way through the filter when the last sample has gone in.
    package func finish() -> [Int16] {
        resampler.withLock { $0?.finish() } ?? []
    }
}
