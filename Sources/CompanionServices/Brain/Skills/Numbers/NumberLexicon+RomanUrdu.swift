extension NumberLexicon {
    static let romanUrduWeak =
        "do so sat bara che saath sath sola tin no sava sawa paun pona adha aadha adhi aadhi adhay aadhay pehla pehli dosra dosri"

    /// Zero to ninety-nine; the first spelling of each is the one written out. Other spellings are found by sound.
    static let romanUrduValues: [String] = [
        "sifar siffar", "ek aik eik", "do", "teen tin", "char chaar", "paanch panch paach", "chay chhe che chah chhay",
        "saat sat", "aath ath aatth", "nau nou", "das dus", "gyarah gyara giyarah giara", "barah bara baara baarah",
        "terah teerah", "chaudah chodah chauda", "pandrah pandra pandara pundrah", "solah sola",
        "satrah satra sattrah", "atharah athara atthara", "unnees unnis unees unis", "bees bis",
        "ikkees ikkis ikees ikis", "baees bais bayees baais", "teyees teis taees", "chaubees chaubis chobees chobis",
        "pachees pachis pacchees", "chhabbees chabbees chabees chhabis", "sattaees sataees sattais",
        "atthaees athaees athais", "untees unattees unattis", "tees tis", "ikattees iktees", "battees batees",
        "taintees tentees", "chauntees chontees", "paintees pentees", "chhattees chatees", "saintees sentees",
        "artees adtees", "untalees unchalees", "chalees chalis", "iktalees", "bayalees bialees",
        "taintalees tentalees", "chawalees chavalees", "paintalees pentalees", "chhiyalees chialees",
        "saintalees sentalees", "artalees adtalees", "unchas", "pachas pachaas", "ikyawan ikawan", "bawan",
        "tirpan tarpan", "chawwan chauwan", "pachpan", "chhappan", "sattawan", "atthawan", "unsath", "saath sath",
        "iksath", "basath", "tiresath tresath", "chaunsath chonsath", "painsath pensath", "chhiyasath", "sarsath",
        "arsath", "unhattar", "sattar", "ikhattar", "bahattar", "tihattar", "chauhattar chohattar",
        "pachhattar pichattar", "chhihattar", "satattar", "athhattar", "unasi", "assi", "ikyasi", "bayasi", "tirasi",
        "chaurasi chorasi", "pachasi", "chhiyasi", "satasi", "athasi", "nawasi", "nawway nawwe nabbe navay nawe",
        "ikyanway ikyanwe", "banway banwe", "tiranway tiranwe", "chauranway chauranwe", "pachanway pachanwe",
        "chhiyanway chhiyanwe", "satanway satanwe", "athanway athanwe", "ninanway ninanwe",
    ]

    static let romanUrduRows: [(NumberWord, String)] =
        romanUrduValues.enumerated().map { (.value($0.offset), $0.element) } + [
            (.scale(100), "sau so soo"), (.scale(1000), "hazar hazaar hajar"), (.scale(1e5), "lakh laakh lac"),
            (.scale(1e7), "crore karor caror"), (.scale(1e9), "arab"), (.scale(1e11), "kharab"), (.group(12), "darjan"),
            (.fixed(1.5), "dedh derh dairh deerh dhed"), (.fixed(2.5), "dhai dhaai dhayi arhai adhai"),
            (.adjustment(0.5), "sarhay saarhay sarhe saarhe sadhe saadhe sarray sare"),
            (.adjustment(0.25), "sava sawa savaa sawaa"),
            (.adjustment(-0.25), "paunay paune paun pona pauna ponay pone"),
            (.half, "adha aadha adhi aadhi adhay aadhay adhe aadhe"), (.point, "aishariya ashariya"),
            (.ordinal(1), "pehla pehli pahla pahli yakam"), (.ordinal(2), "dosra dosri dusra dusri dosray dusre"),
            (.ordinal(3), "teesra teesri tisra tisri teesray"), (.ordinal(4), "chautha chauthi chotha chothi"),
            (.ordinal(5), "panchwan panchwin paanchwan"),
        ]
}
