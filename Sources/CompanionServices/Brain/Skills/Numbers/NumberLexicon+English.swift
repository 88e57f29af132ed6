extension NumberLexicon {
    static let englishWeak = "second a an half quarter oh nil"

    static let englishRows: [(NumberWord, String)] = [
        (.value(0), "zero nil"), (.value(1), "one"), (.value(2), "two"), (.value(3), "three"), (.value(4), "four"),
        (.value(5), "five"), (.value(6), "six"), (.value(7), "seven"), (.value(8), "eight"), (.value(9), "nine"),
        (.value(10), "ten"), (.value(11), "eleven"), (.value(12), "twelve"), (.value(13), "thirteen"),
        (.value(14), "fourteen"), (.value(15), "fifteen"), (.value(16), "sixteen"), (.value(17), "seventeen"),
        (.value(18), "eighteen"), (.value(19), "nineteen"),
        (.tens(20), "twenty"), (.tens(30), "thirty"), (.tens(40), "forty fourty"), (.tens(50), "fifty"),
        (.tens(60), "sixty"), (.tens(70), "seventy"), (.tens(80), "eighty"), (.tens(90), "ninety ninty"),
        (.scale(100), "hundred hundreds"), (.scale(1000), "thousand thousands"), (.scale(1e5), "lakh lakhs lac lacs"),
        (.scale(1e6), "million millions"), (.scale(1e7), "crore crores karor"), (.scale(1e9), "billion billions"),
        (.scale(1e12), "trillion trillions"),
        (.group(12), "dozen dozens"), (.group(2), "couple"),
        (.half, "half"), (.quarter, "quarter quarters"), (.article, "a an"), (.and, "and"), (.point, "point"),
        (.ordinal(1), "first"), (.ordinal(2), "second"), (.ordinal(3), "third"), (.ordinal(4), "fourth"),
        (.ordinal(5), "fifth"), (.ordinal(6), "sixth"), (.ordinal(7), "seventh"), (.ordinal(8), "eighth"),
        (.ordinal(9), "ninth"), (.ordinal(10), "tenth"), (.ordinal(11), "eleventh"), (.ordinal(12), "twelfth"),
        (.ordinal(13), "thirteenth"), (.ordinal(14), "fourteenth"), (.ordinal(15), "fifteenth"),
        (.ordinal(16), "sixteenth"), (.ordinal(17), "seventeenth"), (.ordinal(18), "eighteenth"),
        (.ordinal(19), "nineteenth"), (.ordinal(20), "twentieth"), (.ordinal(30), "thirtieth"),
        (.ordinal(40), "fortieth"), (.ordinal(50), "fiftieth"), (.ordinal(60), "sixtieth"), (.ordinal(70), "seventieth"),
        (.ordinal(80), "eightieth"), (.ordinal(90), "ninetieth"), (.ordinal(100), "hundredth"), (.ordinal(1000), "thousandth"),
    ]
}
