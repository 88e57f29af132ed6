/// The triggers that put every change of a synced table into the outbox, in the transaction that made it.
///
/// They are plain SQL, without functions of ours, so that a change made with any SQLite program is captured too. While
/// `sync_state.applying` is 1 they stay silent: a change that came from the cloud must not go back to it.
///
/// Each entry carries a hybrid logical clock value (Kulkarni et al., "Logical Physical Clocks", 2014): 48 bits of
/// milliseconds and a 16-bit counter, strictly rising on this device even when its clock is set back. It also says in which
/// run of the machine it was made and how long that had been up (see ``ClockAnchor``), so that a wrong clock can be made good
/// before the entry is sent; and which of the server's versions of the row was to be seen when it was made.
enum ChangeCapture {
    /// This machine's clock in milliseconds since 1970; a program that lives in another time (a simulation) says which.
    private static let machineMilliseconds = """
        coalesce((SELECT v FROM sync_state WHERE k = 'moment_ms'), CAST((julianday('now') - 2440587.5) * 86400000.0 AS INTEGER))
        """

    /// The same with the offset to the server's clock, when that is known.
    private static let wallMilliseconds = """
        (\(machineMilliseconds) + (SELECT v FROM sync_state WHERE k = 'clock_offset_ms'))
        """

    private static let tick = """
        UPDATE sync_state SET v = max(v + 1, \(wallMilliseconds) << 16) WHERE k = 'last_hlc';
        """

    private static let notApplying = "(SELECT v FROM sync_state WHERE k = 'applying') = 0"

    static func triggers(for table: SyncedTable) -> [String] {
        var result = [insertTrigger(table), updateTrigger(table), deleteTrigger(table)]
        result += table.counters.map { counterTrigger(table, column: $0.name) }
        result += table.growingSets.map { setTrigger(table, column: $0) }
        return result
    }

    private static func insertTrigger(_ table: SyncedTable) -> String {
        let pairs = table.columns.map { "'\($0.name)', \(value("NEW.\($0.name)", $0.kind))" }.joined(separator: ", ")
        return trigger(
            table, suffix: "insert", event: "INSERT", when: notApplying, operation: table.isAppendOnly ? "ins" : "put",
            row: "NEW", patch: "json_object(\(pairs))")
    }

    private static func updateTrigger(_ table: SyncedTable) -> String {
        func differs(_ names: some Sequence<String>) -> String {
            names.map { "NEW.\($0) IS NOT OLD.\($0)" }.joined(separator: " OR ")
        }
        let names = table.registers.map(\.name)
        let pairs = table.registers.map {
            // A register of a group never travels without the others.
            let condition = table.group.contains($0.name) ? differs(names.filter(table.group.contains)) : differs([$0.name])
            return "SELECT '\($0.name)' AS c, \(jsonText("NEW.\($0.name)", $0.kind)) AS v WHERE \(condition)"
        }.joined(separator: " UNION ALL ")
        return trigger(
            table, suffix: "update", event: "UPDATE", when: "\(notApplying) AND (\(differs(names)))", operation: "patch",
            row: "NEW", patch: "(SELECT json_group_object(c, json(v)) FROM (\(pairs)))")
    }

    private static func counterTrigger(_ table: SyncedTable, column: String) -> String {
        trigger(
            table, suffix: "inc_\(column)", event: "UPDATE", when: "\(notApplying) AND NEW.\(column) IS NOT OLD.\(column)",
            operation: "inc", row: "NEW", patch: "json_object('\(column)', round(NEW.\(column) - OLD.\(column), 6))")
    }

    private static func setTrigger(_ table: SyncedTable, column: String) -> String {
        let isNew = "value NOT IN (SELECT value FROM json_each(OLD.\(column)))"
        return trigger(
            table, suffix: "add_\(column)", event: "UPDATE",
            when: """
                \(notApplying) AND NEW.\(column) IS NOT OLD.\(column)
                AND EXISTS (SELECT 1 FROM json_each(NEW.\(column)) WHERE \(isNew))
                """,
            operation: "add", row: "NEW",
            patch: """
                json_object('\(column)', json((SELECT json_group_array(json(value)) FROM json_each(NEW.\(column)) WHERE \(isNew))))
                """)
    }

    private static func deleteTrigger(_ table: SyncedTable) -> String {
        trigger(table, suffix: "delete", event: "DELETE", when: notApplying, operation: "del", row: "OLD", patch: "NULL")
    }

    private static func trigger(
        _ table: SyncedTable, suffix: String, event: String, when: String, operation: String, row: String, patch: String
    ) -> String {
        let rowKey = table.key.isEmpty ? "'[]'" : "json_array(\(table.key.map { "\(row).\($0)" }.joined(separator: ", ")))"
        return """
            CREATE TRIGGER capture_\(table.name)_\(suffix) AFTER \(event) ON \(table.name) WHEN \(when) BEGIN
                \(tick)
                INSERT INTO outbox (op_id, tbl, row_key, op, patch, base, hlc, wall_ms, boot_id, uptime_ms)
                SELECT randomblob(16), '\(table.name)', \(rowKey), '\(operation)', \(patch),
                    (SELECT published FROM shadow WHERE tbl = '\(table.name)' AND row_key = \(rowKey)),
                    v, \(wallMilliseconds), (SELECT v FROM sync_state WHERE k = 'boot_id'),
                    \(machineMilliseconds) - (SELECT v FROM sync_state WHERE k = 'boot_zero_ms')
                FROM sync_state WHERE k = 'last_hlc';
            END;
            """
    }

    /// For `json_object`: a value, or JSON marked as such.
    static func value(_ expression: String, _ kind: SyncedTable.ColumnKind) -> String {
        switch kind {
        case .text, .time, .number: expression
        case .boolean, .json: "json(\(jsonText(expression, kind)))"
        }
    }

    /// The JSON text of a value.
    private static func jsonText(_ expression: String, _ kind: SyncedTable.ColumnKind) -> String {
        switch kind {
        case .text, .time, .number: "json_quote(\(expression))"
        case .boolean: "CASE WHEN \(expression) IS NULL THEN 'null' WHEN \(expression) THEN 'true' ELSE 'false' END"
        case .json: "CASE WHEN json_valid(\(expression)) THEN \(expression) ELSE json_quote(\(expression)) END"
        }
    }
}
