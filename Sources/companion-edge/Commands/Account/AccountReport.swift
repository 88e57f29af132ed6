import LocalStore

/// An account as scripts read one.
struct AccountReport: Encodable, Sendable {
    let person: PersonReport
    let account: String?
    let email: String?
    let project: String?
    let isSignedIn: Bool

    init(_ person: Person, _ account: Account?) {
        self.person = PersonReport(id: person.id.text, name: person.name)
        self.account = account?.id.text
        email = account?.email
        project = account?.project
        isSignedIn = account?.isSignedIn ?? false
    }

    enum CodingKeys: String, CodingKey {
        case person, account, email, project
        case isSignedIn = "signed_in"
    }
}

extension Account {
    /// What the account is called where people read it.
    var shownName: String { email.map(PrintableText.oneLine) ?? id.text }
}
