/// A fault planted into the program, to prove that the simulation would find it.
///
/// None of them is in the program: the seat does to the file or to a message what a faulty program would do.
package enum Mutation: String, Sendable, Hashable, CaseIterable {
    /// Numbers are forgotten by a crash between sending and the answer, as if they were only given afterwards.
    case sealsAfterSending
    /// The last row of a page is passed over.
    case skipsRows
    /// Deletions in a page are passed over.
    case dropsTombstones
    /// The cursor jumps to the head although there were more pages.
    case jumpsToHead
    /// A change that is sealed is still merged with a later one.
    case changesSealed
    /// The columns of a group travel one by one, so that one can win without the others.
    case splitsGroups
    /// A rewound device goes on under its old id.
    case ignoresRewind
    /// Rows that came from the server go back to it as changes.
    case echoes
    /// An increment is made again after its answer was lost.
    case incrementsTwice
    /// What the server refused is thrown away.
    case losesRefused
    /// The integrity value is not compared.
    case ignoresIntegrity
    /// After a server was set back, what it had confirmed is not sent again.
    case trustsLostServer
    /// Results are confirmed when the request is made, not when they are stored.
    case acknowledgesEarly
    /// Rows are shown as the server has them, without the changes that still wait.
    case showsShadowOnly
    /// A later change gets the clock value of the one before.
    case reusesClock
}
