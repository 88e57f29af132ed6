import LocalStore
import SyncModel

/// A request of a seat's on its way, and what became of it.
struct Exchange {
    let seat: Int
    let life: Int
    let sentAt: Int64
    let function: String
    let arguments: JSONValue
    let fate: Fate
    /// What the server said to the first arrival that counts.
    var answer: Result<JSONValue, ModelError>?
}

extension World {
    /// Puts a request on the network.
    func send(_ function: String, _ arguments: JSONValue, from seat: Seat) {
        counts.requests += 1
        var fate = Fate.draw(isHealed ? [] : plan.troubles, using: &seat.random)
        if partitions[seat.device, default: 0] > elapsed { fate = .unreachable }
        if fate.answer != .whole || fate.arrivals.count != 1 { counts.faults += 1 }
        let index = exchanges.count
        exchanges.append(
            Exchange(seat: seat.index, life: seat.life, sentAt: elapsed, function: function, arguments: arguments, fate: fate))
        trace.note(elapsed, "seat \(seat.index) sends \(index): \(function) \(arguments.text)")
        underWay += fate.arrivals.count
        for arrival in fate.arrivals { queue.add(.arrival(exchange: index), at: elapsed + arrival) }
        queue.add(.outcome(exchange: index), at: elapsed + fate.known)
    }

    func deliver(_ index: Int) throws {
        if elapsed >= protocolRefusedUntil { server.protocols = 1...1 }
        let exchange = exchanges[index]
        guard exchange.sentAt >= restoredAt else { return }
        let account = Self.account(of: seats[exchange.seat].person)
        let head = server.accounts[account]?.sequence
        let answer: Result<JSONValue, ModelError>
        do {
            if elapsed < unmigratedUntil { throw ModelError("PGRST202", "Could not find the function", status: 404) }
            answer = .success(try server.call(exchange.function, exchange.arguments, user: account))
        } catch let error as ModelError {
            answer = .failure(error)
        } catch {
            answer = .failure(ModelError("XX000", "\(error)", status: 500))
        }
        if exchange.answer == nil { exchanges[index].answer = answer }
        trace.note(elapsed, "server takes \(index)")
        try checkGroup(account)
        if server.accounts[account]?.sequence != head { poke(person: seats[exchange.seat].person) }
    }

    /// I12: the group is somebody's, never a mixture.
    private func checkGroup(_ account: String) throws {
        guard let body = server.accounts[account]?.rows[ModelRowID(table: "conversation_state", key: [])] else { return }
        let value = GroupValue(body)
        guard groups.isKnown(value) else {
            throw RunReport.Violation("I12", "nobody wrote this together: \(JSONValue.array(value.values).text)")
        }
    }

    /// Tells the seats of a person that something is new: a hint that gets lost as often as not.
    func poke(person: Int) {
        for seat in seats where seat.person == person && partitions[seat.device, default: 0] <= elapsed {
            guard Bool.random(using: &random) else { continue }
            queue.add(.poke(seat: seat.index, life: seat.life), at: elapsed + Int64.random(in: 20...300, using: &random))
        }
    }

    /// The exchange is over for the device: it gets an answer, or learns that there will be none.
    func conclude(_ index: Int) throws {
        let exchange = exchanges[index]
        try withSeat(exchange.seat, life: exchange.life) { seat in
            try seat.receive(exchange)
        }
    }
}
