import LocalStore

/// Chooses among the ways to say something: the same seed gives the same words, and nothing is worded the same way twice in a
/// row while there is another.
struct Speaker {
    let book: PhraseBook
    let circumstances: PhraseBook.Circumstances
    /// The person's turn, which decides among equals.
    let seed: Int
    /// Variants said lately, newest last, as `id#index`.
    private(set) var recent: [String]
    /// Variants said in this turn, for `/why`.
    private(set) var said: [String] = []

    /// How many variants are remembered.
    private static let memory = 80

    init(book: PhraseBook, circumstances: PhraseBook.Circumstances, seed: Int, recent: [String]) {
        self.book = book
        self.circumstances = circumstances
        self.seed = seed
        self.recent = recent
    }

    var language: Language { book.language }

    /// The phrase filled in; nil when no variant fits what is known.
    mutating func say(_ id: String, _ values: [String: String] = [:], subject: PersonWording? = nil) -> String? {
        var filling = PhraseFilling(values: values, listener: circumstances.gender)
        if let subject {
            filling.subject = subject.gender
            filling.subjectIsRespected = subject.isRespected
            filling.values.merge(subject.values) { own, _ in own }
        }
        let variants = book.variants(of: id)
        let fitting = variants.indices.compactMap { index -> (index: Int, text: String)? in
            guard variants[index].conditions.hold(in: circumstances), let text = variants[index].template.filled(filling),
                !text.isEmpty
            else { return nil }
            return (index, text.replacing("  ", with: " "))
        }
        guard !fitting.isEmpty else { return nil }
        let start = Int(StableHash.of("\(id) \(seed)") % UInt64(fitting.count))
        let order = (0..<fitting.count).map { fitting[(start + $0) % fitting.count] }
        let chosen = order.min { age(id, $0.index) < age(id, $1.index) } ?? order[0]
        let name = "\(id)#\(chosen.index)"
        recent.removeAll { $0 == name }
        recent.append(name)
        if recent.count > Self.memory { recent.removeFirst(recent.count - Self.memory) }
        said.append(name)
        return chosen.text
    }

    /// 0 for what was never said, then higher the more lately it was.
    private func age(_ id: String, _ index: Int) -> Int {
        (recent.lastIndex(of: "\(id)#\(index)") ?? -1) + 1
    }
}

/// A hash that is the same in every run and on every machine.
enum StableHash {
    /// 64-bit FNV-1a of the UTF-8 form.
    static func of(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 {
            hash ^= UInt64(byte)
            hash &*= 0x0000_0100_0000_01b3
        }
        // The low bits of FNV change little between similar texts; these are what choices are taken from.
        return hash ^ (hash >> 29)
    }
}
