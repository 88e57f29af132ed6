/// Finds quantity and target of a conversion among words.
struct ConversionReader {
    private let words: [String]
    private let language: Language

    init(words: [String], language: Language) {
        self.words = words.flatMap(Self.separated)
        self.language = language
    }

    private struct Mention {
        let range: Range<Int>
        let unit: MeasureUnit
        var value: Double?
        /// "a mile": one, but only in a question.
        let isArticle: Bool
    }

    func answer() -> ConversionAnswer? {
        let isOrder = words.contains(where: Self.orders.contains)
        let isQuestion = words.contains(where: Self.howMany.contains)
        let links = words.indices.filter { Self.links.contains(words[$0]) }
        guard isOrder || isQuestion || !links.isEmpty else { return nil }
        let mentions = merged(self.mentions(isQuestion: isQuestion || isOrder))
        if let money = currency(mentions, isAsked: isOrder || isQuestion || !links.isEmpty) { return money }
        guard mentions.count <= 2 else { return nil }
        let counted = mentions.filter { $0.value != nil }
        if mentions.count == 1 { return isOrder ? unknown(beside: mentions[0]) : nil }
        guard mentions.count == 2 else { return nil }
        switch counted.count {
        case 1:
            guard let source = counted.first, let target = mentions.first(where: { $0.value == nil }) else { return nil }
            guard isOrder || isQuestion || isLinked(source, target) else { return nil }
            return converted(source.value ?? 1, source.unit, target.unit)
        case 0:
            // "how many grams in tola": the unit after the question word is the target.
            guard isQuestion, let asked = words.firstIndex(where: Self.howMany.contains) else { return nil }
            let target = mentions[0].range.lowerBound > asked ? mentions[0] : mentions[1]
            let source = target.range == mentions[0].range ? mentions[1] : mentions[0]
            return converted(1, source.unit, target.unit)
        default: return nil
        }
    }

    /// "5 miles in km", "5 میل کلومیٹر میں".
    private func isLinked(_ source: Mention, _ target: Mention) -> Bool {
        if Self.links.contains(word(target.range.lowerBound - 1)), target.range.lowerBound > source.range.lowerBound {
            return true
        }
        return language.isUrdu && Self.postposed.contains(word(target.range.upperBound))
    }

    private func converted(_ value: Double, _ source: MeasureUnit, _ target: MeasureUnit) -> ConversionAnswer {
        do {
            let result = try UnitConversion.convert(value, from: source, to: target)
            return ConversionAnswer(value: value, source: source, target: target, result: .success(result))
        } catch {
            return ConversionAnswer(value: value, source: source, target: target, result: .failure(error))
        }
    }

    // MARK: Units with and without numbers

    private func mentions(isQuestion: Bool) -> [Mention] {
        var mentions: [Mention] = []
        var index = 0
        while index < words.count {
            if let (value, next) = quantity(at: index), let (unit, end) = unit(at: next, afterNumber: true) {
                mentions.append(Mention(range: index..<end, unit: unit, value: value, isArticle: false))
                index = end
            } else if isQuestion, ["a", "an"].contains(words[index]), let (unit, end) = unit(at: index + 1, afterNumber: false) {
                mentions.append(Mention(range: index..<end, unit: unit, value: 1, isArticle: true))
                index = end
            } else if let (unit, end) = unit(at: index, afterNumber: false) {
                mentions.append(Mention(range: index..<end, unit: unit, value: nil, isArticle: false))
                index = end
            } else {
                index += 1
            }
        }
        return mentions
    }

    private func quantity(at index: Int) -> (Double, Int)? {
        let isNegative = Self.minus.contains(words[index])
        let start = isNegative ? index + 1 : index
        guard let number = NumberWords.match(folded: words, at: start, language: language), !number.isOrdinal else { return nil }
        return (isNegative ? -number.value : number.value, number.words.upperBound)
    }

    private func unit(at index: Int, afterNumber: Bool) -> (MeasureUnit, Int)? {
        guard index < words.count else { return nil }
        // "in" is an inch only between a number and another preposition.
        if words[index] == "in", afterNumber, Self.links.contains(word(index + 1)) {
            return UnitTable.standard.unit(in: ["inch"], at: 0).map { ($0.unit, index + 1) }
        }
        guard let (unit, end) = UnitTable.standard.unit(in: words, at: index) else { return nil }
        let isShort = end == index + 1 && (words[index].utf8.count == 1 || Self.everyday.contains(words[index]))
        if isShort, !afterNumber, !Self.links.contains(word(index - 1)), !Self.howMany.contains(word(index - 1)) { return nil }
        return (unit, end)
    }

    /// "5 feet 6 inches" is one quantity.
    private func merged(_ mentions: [Mention]) -> [Mention] {
        var result: [Mention] = []
        for mention in mentions {
            if let last = result.last, let first = last.value, let more = mention.value, !mention.isArticle,
                last.unit.dimension == mention.unit.dimension, last.unit.offset == 0, last.unit != mention.unit,
                mention.range.lowerBound == last.range.upperBound
                    || (mention.range.lowerBound == last.range.upperBound + 1
                        && ["and", "اور", "aur"].contains(words[last.range.upperBound]))
            {
                result[result.count - 1] = Mention(
                    range: last.range.lowerBound..<mention.range.upperBound, unit: last.unit,
                    value: first + more * mention.unit.factor / last.unit.factor, isArticle: false)
            } else {
                result.append(mention)
            }
        }
        return result
    }

    // MARK: What cannot be converted

    private func currency(_ mentions: [Mention], isAsked: Bool) -> ConversionAnswer? {
        let money = words.indices.filter { Self.currencies.contains(words[$0]) }
        guard isAsked, !money.isEmpty else { return nil }
        let pounds = mentions.filter { $0.unit.id == "lb" }.count
        let value = words.indices.lazy.compactMap { self.quantity(at: $0)?.0 }.first
        guard Set(money.map { words[$0] }).count + pounds >= 2, mentions.count == pounds else { return nil }
        return ConversionAnswer(value: value ?? 1, source: nil, target: nil, result: .failure(.currency))
    }

    /// "convert 5 km to blorps"
    private func unknown(beside mention: Mention) -> ConversionAnswer? {
        let target = words.indices.first { index in
            index > 0 && !mention.range.contains(index) && Self.links.contains(words[index - 1])
                && !Self.fillers.contains(words[index])
        }
        let source = words.indices.first { index in
            index > 0 && !mention.range.contains(index)
                && NumberWords.match(folded: words, at: index - 1, language: language) != nil
                && !Self.fillers.contains(words[index]) && !Self.links.contains(words[index])
        }
        guard let index = mention.value == nil ? source : target,
            NumberWords.match(folded: words, at: index, language: language) == nil
        else {
            return nil
        }
        return ConversionAnswer(value: mention.value ?? 1, source: nil, target: nil, result: .failure(.unknownUnit(words[index])))
    }

    private func word(_ index: Int) -> String { words.indices.contains(index) ? words[index] : "" }

    /// "5km" and "98.6°f" are two words.
    private static func separated(_ word: String) -> [String] {
        guard let first = word.utf8.first, (48...57).contains(first),
            let cut = word.firstIndex(where: { !$0.isNumber && $0 != "." && $0 != "," })
        else { return word == "km/hr" ? ["km/h"] : [word] }
        let unit = String(word[cut...])
        guard UnitTable.standard.unit(in: [unit], at: 0) != nil else { return [word] }
        return [String(word[..<cut]), unit]
    }

    private static func set(_ words: String) -> Set<String> {
        Set(words.split(separator: " ").map { WordFolding.fold(String($0)) })
    }

    private static let orders = set("convert conversion change turn تبدیل بدلو بدلیں بدل کنورٹ tabdeel badlo badal badlein")
    private static let howMany = set("many much کتنے کتنا کتنی kitne kitna kitni kitnay")
    private static let links = set("to in into as = equals میں mein me main")
    private static let postposed = set("میں mein me main")
    private static let minus = set("- − minus negative منفی مائنس manfi")
    private static let fillers = set("the a an please کرو کریں karo karen میں mein me do دو degrees degree")
    private static let currencies = set(
        """
        dollar dollars usd $ rupee rupees rs pkr inr euro euros eur € pounds pound gbp £ riyal riyals sar dirham dirhams aed yen yuan lira \
        روپے روپیہ روپیے ڈالر ڈالرز یورو پاؤنڈ ریال درہم rupay rupaye rupiya rupaya
        """
    ).subtracting(["pounds", "pound", WordFolding.fold("پاؤنڈ")])
    /// Names of units that are everyday words as well; alone they are no unit.
    private static let everyday = set("man ser pau pao stone foot second canal mi st in ms من سیر پاؤ")
}
