import GRDB

/// Accounts at a Supabase project and their tokens. They are in the box's file and not in the person's, so that neither a
/// backup nor an export of a person carries a key to the cloud.
extension DeviceStore {
    static func createAccounts(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE accounts (
                    person_id TEXT NOT NULL PRIMARY KEY REFERENCES people (id) ON DELETE CASCADE, account_id TEXT NOT NULL,
                    project TEXT NOT NULL, email TEXT, bound_at TEXT NOT NULL, access_token TEXT, refresh_token TEXT,
                    lifetime INTEGER, received_boot TEXT, received_ms INTEGER,
                    UNIQUE (project, account_id)) WITHOUT ROWID;
                PRAGMA user_version = 2;
                """)
    }

    package func account(of person: UserID) async throws -> Account? {
        try await reading { db in
            try Account.fetchOne(db, sql: "SELECT * FROM accounts WHERE person_id = ?", arguments: [person])
        }
    }

    /// Binds the account to the person and keeps its tokens. The same account may be bound again, with new tokens.
    ///
    /// - Throws: ``AccountError`` when the person or the account is bound otherwise.
    @discardableResult
    package func bind(_ session: AuthSession, email: String?, project: String, to person: UserID) async throws -> Account {
        let now = clock.now()
        return try await writing { db in
            if let bound = try Account.fetchOne(db, sql: "SELECT * FROM accounts WHERE person_id = ?", arguments: [person]),
                bound.id != session.account || bound.project != project
            {
                throw AccountError.boundToAnother(bound: bound, asked: session.account)
            }
            let other = try Person.fetchOne(
                db,
                sql: """
                    SELECT people.* FROM accounts JOIN people ON people.id = person_id
                    WHERE account_id = ? AND project = ? AND person_id <> ?
                    """, arguments: [session.account.text, project, person])
            if let other { throw AccountError.takenBy(other) }
            try db.execute(
                sql: """
                    INSERT INTO accounts (person_id, account_id, project, email, bound_at) VALUES (?1, ?2, ?3, ?4, ?5)
                    ON CONFLICT (person_id) DO UPDATE SET email = coalesce(?4, email)
                    """, arguments: [person, session.account.text, project, email, now])
            try Self.write(session, of: person, in: db)
            guard let account = try Account.fetchOne(db, sql: "SELECT * FROM accounts WHERE person_id = ?", arguments: [person])
            else { throw AccountError.noSession }
            return account
        }
    }

    package func session(of person: UserID) async throws -> AuthSession? {
        try await reading { db in
            try Row.fetchOne(
                db, sql: "SELECT * FROM accounts WHERE person_id = ? AND refresh_token IS NOT NULL", arguments: [person]
            ).flatMap(AuthSession.init(row:))
        }
    }

    /// Replaces the tokens of an account that is signed in; durable when it returns.
    ///
    /// - Throws: ``AccountError/noSession`` when it was signed out or bound otherwise in the meantime: late tokens must not
    ///   bring a session back.
    package func replaceSession(_ session: AuthSession, of person: UserID) async throws {
        try await writing { db in
            let isSignedIn = try Bool.fetchOne(
                db, sql: "SELECT refresh_token IS NOT NULL FROM accounts WHERE person_id = ? AND account_id = ?",
                arguments: [person, session.account.text])
            guard isSignedIn == true else { throw AccountError.noSession }
            try Self.write(session, of: person, in: db)
        }
    }

    /// Takes the tokens away; the account stays bound, and what was not sent stays to be sent.
    package func endSession(of person: UserID) async throws {
        try await writing { db in
            try db.execute(
                sql: "UPDATE accounts SET access_token = NULL, refresh_token = NULL WHERE person_id = ?", arguments: [person])
        }
        try await forgetOverwritten()
    }

    /// Parts the person from the account.
    package func unbindAccount(of person: UserID) async throws {
        try await writing { db in try db.execute(sql: "DELETE FROM accounts WHERE person_id = ?", arguments: [person]) }
        try await forgetOverwritten()
    }

    private static func write(_ session: AuthSession, of person: UserID, in db: Database) throws {
        try db.execute(
            sql: """
                UPDATE accounts SET access_token = ?, refresh_token = ?, lifetime = ?, received_boot = ?, received_ms = ?
                WHERE person_id = ?
                """,
            arguments: [
                session.accessToken, session.refreshToken, session.lifetime, session.receivedAt.boot,
                session.receivedAt.milliseconds, person,
            ])
    }
}

extension Account: FetchableRecord {
    package init(row: Row) throws {
        person = try row.decode(UserID.self, forColumn: "person_id")
        let stored: String = row["account_id"]
        guard let id = AccountID(stored) else { throw StoreError.unreadableColumn("account_id", value: stored) }
        self.id = id
        project = row["project"]
        email = row["email"]
        boundAt = try row.decode(Timestamp.self, forColumn: "bound_at")
        isSignedIn = row["refresh_token"] != nil
    }
}

extension AuthSession {
    /// Nil when a column is missing: then there is no session.
    fileprivate init?(row: Row) {
        guard let stored: String = row["account_id"], let account = AccountID(stored),
            let accessToken: String = row["access_token"], let refreshToken: String = row["refresh_token"],
            let lifetime: Int64 = row["lifetime"], let boot: String = row["received_boot"],
            let milliseconds: Int64 = row["received_ms"]
        else { return nil }
        self.init(
            account: account, accessToken: accessToken, refreshToken: refreshToken, lifetime: lifetime,
            receivedAt: BootMoment(boot: boot, milliseconds: milliseconds))
    }
}
