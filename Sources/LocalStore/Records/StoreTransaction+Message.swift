import GRDB

extension StoreTransaction {
    /// Puts another wording in the place of a message, with its time and its place in the conversation. A message is written once
    /// and never changed, here and in the cloud, so it is another one: under another id.
    ///
    /// - Throws: ``StoreError/noSuchRow(table:id:)`` when the message is not there.
    package func replaceMessage(id: String, text: String, details: [String: JSONValue]) throws -> Message {
        guard try view.message(id: id) != nil else { throw StoreError.noSuchRow(table: "messages", id: id) }
        let newID = try makeID()
        try execute(
            """
            INSERT INTO messages (id, conversation_id, user_id, role, text, language, created_at, hlc, details)
            SELECT ?, conversation_id, user_id, role, ?, language, created_at, hlc, ? FROM messages WHERE id = ?
            """, [newID, text.replacing("\0", with: ""), JSONValue.object(details).text, id])
        try execute("UPDATE attachments SET message_id = ? WHERE message_id = ?", [newID, id])
        try removeMessage(id: id)
        guard let new = try view.message(id: newID) else { throw StoreError.noSuchRow(table: "messages", id: newID) }
        return new
    }

    /// Takes back a message that was never said.
    package func removeMessage(id: String) throws {
        try execute("DELETE FROM messages WHERE id = ?", [id])
    }
}
