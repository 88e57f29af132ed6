import CCurl
import Foundation
import Synchronization

/// Names a transfer to those who may want it ended.
final class TransferTicket: Sendable {
    let id: UInt64
    let isCancelled = Atomic<Bool>(false)

    init(id: UInt64) {
        self.id = id
    }
}

/// The one thread that touches libcurl: it takes transfers from an inbox and runs them all at once.
///
/// Callers only append to the inbox and call `curl_multi_wakeup`, the one multi function that other threads may call.
final class CurlLoop: Sendable {
    private struct Inbox {
        var added: [CurlTransfer] = []
        var cancelled: Set<UInt64> = []
        var resumed: Set<UInt64> = []
        var isClosed = false
        var counters = TransportCounters()
    }

    /// libcurl's handle. Only `curl_multi_wakeup` is called on it from elsewhere, which it allows.
    private struct Multi: @unchecked Sendable {
        let pointer: UnsafeMutableRawPointer
    }

    private let multi: Multi
    private let inbox = Mutex(Inbox())
    private let nextID = Atomic<UInt64>(1)

    init() throws(HTTPError) {
        // Safe to call more than once; the first call must come before any other thread uses libcurl.
        guard curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK, let pointer = curl_multi_init() else {
            throw .other(code: Int(CURLE_FAILED_INIT.rawValue), "libcurl cannot be initialised")
        }
        multi = Multi(pointer: pointer)
        // Otherwise the pool shrinks with the number of running transfers, and idle moments cost connections.
        ccurl_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, 16)
        let thread = Thread { [self] in run() }
        thread.name = "http"
        thread.start()
    }

    var counters: TransportCounters { inbox.withLock(\.counters) }

    func makeTicket() -> TransferTicket { TransferTicket(id: nextID.add(1, ordering: .relaxed).oldValue) }

    /// Takes a transfer over; false when the loop is closed.
    func add(_ transfer: CurlTransfer) -> Bool {
        let accepted = inbox.withLock { inbox in
            guard !inbox.isClosed else { return false }
            inbox.added.append(transfer)
            return true
        }
        curl_multi_wakeup(multi.pointer)
        return accepted
    }

    func cancel(_ ticket: TransferTicket) {
        ticket.isCancelled.store(true, ordering: .releasing)
        inbox.withLock { _ = $0.cancelled.insert(ticket.id) }
        curl_multi_wakeup(multi.pointer)
    }

    func resume(_ ticket: TransferTicket) {
        inbox.withLock { _ = $0.resumed.insert(ticket.id) }
        curl_multi_wakeup(multi.pointer)
    }

    /// Gives up what is running and ends the thread.
    func close() {
        inbox.withLock { $0.isClosed = true }
        curl_multi_wakeup(multi.pointer)
    }

    private func run() {
        var running: [UInt64: CurlTransfer] = [:]
        var spare: [UnsafeMutableRawPointer] = []
        while true {
            let (added, cancelled, resumed, isClosed) = inbox.withLock { inbox in
                defer {
                    inbox.added = []
                    inbox.cancelled = []
                    inbox.resumed = []
                }
                return (inbox.added, inbox.cancelled, inbox.resumed, inbox.isClosed)
            }
            for transfer in added {
                start(transfer, running: &running, spare: &spare)
            }
            for id in cancelled {
                if let transfer = running.removeValue(forKey: id) { end(transfer, code: nil, error: .closed, spare: &spare) }
            }
            for id in resumed {
                if let handle = running[id]?.handle { curl_easy_pause(handle, CURLPAUSE_CONT) }
            }
            if isClosed {
                for transfer in running.values { end(transfer, code: nil, error: .closed, spare: &spare) }
                break
            }
            var active: Int32 = 0
            curl_multi_perform(multi.pointer, &active)
            collectFinished(running: &running, spare: &spare)
            curl_multi_poll(multi.pointer, nil, 0, 30_000, nil)
        }
        for handle in spare { curl_easy_cleanup(handle) }
        curl_multi_cleanup(multi.pointer)
    }

    private func start(_ transfer: CurlTransfer, running: inout [UInt64: CurlTransfer], spare: inout [UnsafeMutableRawPointer]) {
        guard let handle = spare.popLast() ?? curl_easy_init() else {
            conclude(transfer, code: nil, error: .other(code: Int(CURLE_OUT_OF_MEMORY.rawValue), "no handle"))
            return
        }
        // A cancellation may come before the transfer does.
        let problem = transfer.ticket.isCancelled.load(ordering: .acquiring) ? HTTPError.closed : transfer.start(on: handle)
        if let problem {
            if transfer.handle == nil { spare.append(handle) }
            end(transfer, code: nil, error: problem, spare: &spare)
            return
        }
        running[transfer.ticket.id] = transfer
        curl_multi_add_handle(multi.pointer, handle)
    }

    private func collectFinished(running: inout [UInt64: CurlTransfer], spare: inout [UnsafeMutableRawPointer]) {
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi.pointer, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE else { continue }
            var context: UnsafeMutableRawPointer?
            ccurl_get_private(message.pointee.easy_handle, &context)
            guard let context else { continue }
            let transfer = Unmanaged<CurlTransfer>.fromOpaque(context).takeUnretainedValue()
            let code = ccurl_finished_result(message)
            guard let known = running.removeValue(forKey: transfer.ticket.id) else { continue }
            end(known, code: code, error: nil, spare: &spare)
        }
    }

    private func end(_ transfer: CurlTransfer, code: CURLcode?, error: HTTPError?, spare: inout [UnsafeMutableRawPointer]) {
        let handle = transfer.handle
        if let handle { curl_multi_remove_handle(multi.pointer, handle) }
        conclude(transfer, code: code, error: error)
        if let handle {
            curl_easy_reset(handle)
            spare.append(handle)
        }
    }

    /// Counts before it reports, so that a caller who looks at the counters finds its own request there.
    private func conclude(_ transfer: CurlTransfer, code: CURLcode?, error: HTTPError?) {
        let outcome = transfer.settle(code: code, orBecause: error)
        inbox.withLock { inbox in
            inbox.counters.requests += 1
            if case .failure = outcome.result { inbox.counters.failures += 1 }
            inbox.counters.connectionsOpened += outcome.newConnections
            inbox.counters.bytesSent += outcome.bytesSent
            inbox.counters.bytesReceived += outcome.bytesReceived
        }
        transfer.report(outcome.result)
    }
}
