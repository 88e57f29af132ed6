import Testing

@testable import LocalStore

@Suite struct SearchPorterStemmerTests {
    @Test(
        "Words stem as the Snowball project publishes them",
        arguments: [
            "consign consign", "consigned consign", "consigning consign", "consignment consign", "consist consist",
            "consisted consist", "consistency consist", "consistent consist", "consistently consist", "consisting consist",
            "consolation consol", "consolations consol", "consolatory consolatori", "console consol", "consolidate consolid",
            "consolingly consol", "conspicuously conspicu", "conspiracy conspiraci", "constable constabl",
            "constancy constanc", "knack knack", "knackeries knackeri", "knaves knave", "knavish knavish", "kneaded knead",
            "kneel kneel", "kneeling kneel", "knees knee", "knightly knight", "knitted knit", "knotty knotti",
            "knowledge knowledg", "skies sky", "dying die", "news news", "inning inning", "proceeded proceed", "ties tie",
            "cries cri", "gas gas", "kiwis kiwi", "this this", "gaps gap", "agreed agre", "hopping hop", "hoping hope",
            "luxuriated luxuri", "bled bled", "generously generous", "general general", "communism communism", "sayings say",
            "say say", "enjoyed enjoy", "by by", "cry cri", "relational relat", "conditional condit", "digitizer digit",
            "operator oper", "formality formal", "analogy analog", "geologist geologist", "fitly fit", "ratification ratif",
            "hopefulness hope", "electrical electr", "formative format", "adoption adopt", "controlling control",
            "rate rate", "controlled control", "parallel parallel", "as as", "use use", "eye eye", "favourites favourit",
            "biryani biryani", "بریانی بریانی", "3rd 3rd",
        ])
    func stems(pair: String) {
        let words = pair.split(separator: " ").map(String.init)
        #expect(PorterStemmer.stem(words[0]) == words[1])
    }
}
