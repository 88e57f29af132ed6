/// The units the companion knows, with those of the South Asian bazaar and land office.
///
/// A tola is 11.6638038 g, a seer 80 tola, a maund 40 seer (37.32 kg; markets that sell by 40 kg call that a maund too). A marla
/// is 272.25 square feet, a kanal 20 marla, an acre 8 kanal.
struct UnitTable: Sendable {
    static let standard = UnitTable(units)

    private let byPhrase: [String: MeasureUnit]
    /// Words that begin a phrase, with the length of the longest.
    private let longest: [String: Int]

    private init(_ units: [MeasureUnit]) {
        var byPhrase: [String: MeasureUnit] = [:]
        var longest: [String: Int] = [:]
        for unit in units {
            for spelling in unit.spellings {
                byPhrase[spelling] = unit
                let words = spelling.split(separator: " ")
                guard let first = words.first else { continue }
                longest[String(first)] = max(longest[String(first)] ?? 0, words.count)
            }
        }
        self.byPhrase = byPhrase
        self.longest = longest
    }

    /// The unit named by the longest phrase that begins at `index`.
    func unit(in words: [String], at index: Int) -> (unit: MeasureUnit, end: Int)? {
        guard index < words.count, let length = longest[words[index]] else { return nil }
        for count in stride(from: min(length, words.count - index), through: 1, by: -1) {
            let phrase = count == 1 ? words[index] : words[index..<index + count].joined(separator: " ")
            if let unit = byPhrase[phrase] { return (unit, index + count) }
        }
        return nil
    }

    private static let tola = 0.0116638038
    private static let squareFoot = 0.09290304

    static let units: [MeasureUnit] = lengths + masses + temperatures + volumes + areas + speeds + times + data

    private static let lengths: [MeasureUnit] = [
        MeasureUnit("mm", .length, 0.001, "millimetre|millimetres", "ملی میٹر", "millimeter", "mm,millimeter,millimeters"),
        MeasureUnit(
            "cm", .length, 0.01, "centimetre|centimetres", "سینٹی میٹر", "centimeter",
            "cm,cms,centimeter,centimeters,سنٹی میٹر,سینٹیمیٹر"),
        MeasureUnit("m", .length, 1, "metre|metres", "میٹر", "meter", "m,meter,meters,mitr"),
        MeasureUnit(
            "km", .length, 1000, "kilometre|kilometres", "کلومیٹر", "kilometer", "km,kms,kilometer,kilometers,کلو میٹر,kilo meter"
        ),
        MeasureUnit("in", .length, 0.0254, "inch|inches", "انچ", "inch", "inch,inches,انچز,\""),
        MeasureUnit("ft", .length, 0.3048, "foot|feet", "فٹ", "foot", "ft,feet,fut,فیٹ,'"),
        MeasureUnit("yd", .length, 0.9144, "yard|yards", "گز", "gaz", "yd,yds,yards"),
        MeasureUnit("mi", .length, 1609.344, "mile|miles", "میل", "meel", "mi,mile,miles"),
        MeasureUnit("nmi", .length, 1852, "nautical mile|nautical miles", "بحری میل", "behri meel", "nmi"),
    ]

    private static let masses: [MeasureUnit] = [
        MeasureUnit("mg", .mass, 1e-6, "milligram|milligrams", "ملی گرام", "milligram", "mg,milligrams"),
        MeasureUnit("g", .mass, 0.001, "gram|grams", "گرام", "gram", "g,gm,gms,grams,gramme,graam"),
        MeasureUnit(
            "kg", .mass, 1, "kilogram|kilograms", "کلوگرام", "kilo", "kg,kgs,kilograms,kilos,kilogram,کلو,کلو گرام,kilo gram"),
        MeasureUnit("t", .mass, 1000, "tonne|tonnes", "ٹن", "ton", "ton,tons,tonnes,metric ton,metric tons"),
        MeasureUnit("lb", .mass, 0.45359237, "pound|pounds", "پاؤنڈ", "pound", "lb,lbs,pounds,paund"),
        MeasureUnit("oz", .mass, 0.028349523125, "ounce|ounces", "اونس", "ounce", "oz,ounces"),
        MeasureUnit("st", .mass, 6.35029318, "stone|stones", "اسٹون", "stone", "stones"),
        MeasureUnit("tola", .mass, tola, "tola|tolas", "تولہ|تولے", "tola|tolay", "tolas,tole,تولا,تولوں"),
        MeasureUnit("masha", .mass, tola / 12, "masha|mashas", "ماشہ|ماشے", "masha|mashay", "mashe"),
        MeasureUnit("ratti", .mass, tola / 96, "ratti|rattis", "رتی", "ratti", "rati"),
        MeasureUnit("chhatank", .mass, tola * 5, "chhatank|chhatanks", "چھٹانک", "chatank", "chhatank,chattank"),
        MeasureUnit("pao", .mass, tola * 20, "pao", "پاؤ", "pao", "pau"),
        MeasureUnit("seer", .mass, tola * 80, "seer|seers", "سیر", "seer", "ser"),
        MeasureUnit("maund", .mass, tola * 3200, "maund|maunds", "من", "man", "maunds,mann"),
        MeasureUnit("quintal", .mass, 100, "quintal|quintals", "کوئنٹل", "quintal", "quintals"),
    ]

    private static let temperatures: [MeasureUnit] = [
        MeasureUnit(
            "C", .temperature, 1, offset: 273.15, "degree Celsius|degrees Celsius", "ڈگری سیلسیس", "degree celsius",
            "c,°c,celsius,centigrade,degree c,degrees c,degrees centigrade,degree centigrade,سیلسیس,سینٹی گریڈ,ڈگری سینٹی گریڈ,سنٹی گریڈ,سیلسئس"
        ),
        MeasureUnit(
            "F", .temperature, 5.0 / 9, offset: 459.67, "degree Fahrenheit|degrees Fahrenheit", "ڈگری فارن ہائیٹ",
            "degree fahrenheit",
            "f,°f,fahrenheit,farenheit,degree f,degrees f,فارن ہائیٹ,فارنہائیٹ,فارن ہائٹ"),
        MeasureUnit("K", .temperature, 1, "kelvin|kelvins", "کیلون", "kelvin", "kelvins,degrees kelvin"),
    ]

    private static let volumes: [MeasureUnit] = [
        MeasureUnit("ml", .volume, 0.001, "millilitre|millilitres", "ملی لیٹر", "milliliter", "ml,milliliters,millilitre"),
        MeasureUnit("l", .volume, 1, "litre|litres", "لیٹر", "liter", "l,ltr,litre,litres,liters,لٹر"),
        MeasureUnit(
            "tsp", .volume, 0.00492892159375, "teaspoon|teaspoons", "چائے کا چمچ|چائے کے چمچ", "chai ka chamach", "tsp,teaspoons"),
        MeasureUnit(
            "tbsp", .volume, 0.01478676478125, "tablespoon|tablespoons", "کھانے کا چمچ|کھانے کے چمچ", "khane ka chamach",
            "tbsp,tablespoons"),
        MeasureUnit("cup", .volume, 0.2365882365, "cup|cups", "کپ", "cup", "cups"),
        MeasureUnit("pt", .volume, 0.473176473, "pint|pints", "پائنٹ", "pint", "pints"),
        MeasureUnit("gal", .volume, 3.785411784, "gallon|gallons", "گیلن", "gallon", "gal,gallons"),
        MeasureUnit("floz", .volume, 0.0295735295625, "fluid ounce|fluid ounces", "فلوئڈ اونس", "fluid ounce", "fl oz,floz"),
        MeasureUnit(
            "m3", .volume, 1000, "cubic metre|cubic metres", "مکعب میٹر", "cubic meter", "cubic meter,cubic meters,m3,m³"),
        MeasureUnit("ft3", .volume, 28.316846592, "cubic foot|cubic feet", "مکعب فٹ", "cubic foot", "cubic ft,cft"),
    ]

    private static let areas: [MeasureUnit] = [
        MeasureUnit(
            "cm2", .area, 1e-4, "square centimetre|square centimetres", "مربع سینٹی میٹر", "square centimeter",
            "sq cm,cm2,cm²,square cm"),
        MeasureUnit(
            "m2", .area, 1, "square metre|square metres", "مربع میٹر", "square meter",
            "sq m,sqm,m2,m²,square meters,square m,sq meter"),
        MeasureUnit(
            "km2", .area, 1e6, "square kilometre|square kilometres", "مربع کلومیٹر", "square kilometer",
            "sq km,km2,km²,square km,square kilometers"),
        MeasureUnit(
            "ft2", .area, squareFoot, "square foot|square feet", "مربع فٹ", "square foot",
            "sq ft,sqft,ft2,ft²,square ft,sq feet,murabba foot,سکوئر فٹ,اسکوائر فٹ"),
        MeasureUnit(
            "yd2", .area, squareFoot * 9, "square yard|square yards", "مربع گز", "square gaz",
            "sq yd,sq yard,sq yards,square yard,murabba gaz"),
        MeasureUnit("marla", .area, squareFoot * 272.25, "marla|marlas", "مرلہ|مرلے", "marla|marlay", "marlas,marle,مرلوں"),
        MeasureUnit("kanal", .area, squareFoot * 5445, "kanal|kanals", "کنال", "kanal", "kanals,canal"),
        MeasureUnit("acre", .area, squareFoot * 43_560, "acre|acres", "ایکڑ", "acre", "acres,ekar,aikar"),
        MeasureUnit("murabba", .area, squareFoot * 43_560 * 25, "murabba|murabbas", "مربعہ|مربعے", "murabba", "murabbah"),
        MeasureUnit("ha", .area, 10_000, "hectare|hectares", "ہیکٹر", "hectare", "ha,hectares"),
        MeasureUnit(
            "mi2", .area, 2_589_988.110336, "square mile|square miles", "مربع میل", "square meel",
            "sq mi,sq mile,sq miles,square miles"),
    ]

    private static let speeds: [MeasureUnit] = [
        MeasureUnit(
            "km/h", .speed, 1 / 3.6, "kilometre per hour|kilometres per hour", "کلومیٹر فی گھنٹہ", "kilometer fi ghanta",
            "km/h,kmph,kph,km / h,km per hour,kilometers per hour,kilometer per hour,kmh"),
        MeasureUnit(
            "mph", .speed, 0.44704, "mile per hour|miles per hour", "میل فی گھنٹہ", "meel fi ghanta", "mph,miles an hour,mile/h"),
        MeasureUnit(
            "m/s", .speed, 1, "metre per second|metres per second", "میٹر فی سیکنڈ", "meter fi second",
            "m/s,m / s,meters per second,meter per second,mps"),
        MeasureUnit("kn", .speed, 1852.0 / 3600, "knot|knots", "ناٹ", "knot", "kn,kt,knots"),
    ]

    private static let times: [MeasureUnit] = [
        MeasureUnit("ms", .time, 0.001, "millisecond|milliseconds", "ملی سیکنڈ", "millisecond", "ms,milliseconds"),
        MeasureUnit("s", .time, 1, "second|seconds", "سیکنڈ", "second", "sec,secs,seconds,سیکنڈز"),
        MeasureUnit("min", .time, 60, "minute|minutes", "منٹ", "minute", "min,mins,minutes,منٹس,mint"),
        MeasureUnit("h", .time, 3600, "hour|hours", "گھنٹہ|گھنٹے", "ghanta|ghantay", "hr,hrs,hours,گھنٹوں,ghante,ghanton"),
        MeasureUnit("d", .time, 86_400, "day|days", "دن", "din", "days,دنوں"),
        MeasureUnit("wk", .time, 604_800, "week|weeks", "ہفتہ|ہفتے", "hafta|haftay", "weeks,ہفتوں,hafte"),
        MeasureUnit("mo", .time, 2_629_746, "month|months", "مہینہ|مہینے", "mahina|mahinay", "months,ماہ,mahine,مہینوں"),
        MeasureUnit("yr", .time, 31_556_952, "year|years", "سال", "saal", "yr,yrs,years,برس,sal,سالوں"),
        MeasureUnit("decade", .time, 315_569_520, "decade|decades", "دہائی|دہائیاں", "dahai", "decades"),
        MeasureUnit("century", .time, 3_155_695_200, "century|centuries", "صدی|صدیاں", "sadi", "centuries"),
    ]

    private static let data: [MeasureUnit] = [
        MeasureUnit("bit", .data, 0.125, "bit|bits", "بٹ", "bit", "bits"),
        MeasureUnit("B", .data, 1, "byte|bytes", "بائٹ", "byte", "bytes"),
        MeasureUnit("kB", .data, 1e3, "kilobyte|kilobytes", "کلوبائٹ", "kilobyte", "kb,kilobytes"),
        MeasureUnit("MB", .data, 1e6, "megabyte|megabytes", "میگابائٹ", "megabyte", "mb,megabytes,mbs,ایم بی"),
        MeasureUnit("GB", .data, 1e9, "gigabyte|gigabytes", "گیگابائٹ", "gigabyte", "gb,gigabytes,gbs,جی بی"),
        MeasureUnit("TB", .data, 1e12, "terabyte|terabytes", "ٹیرابائٹ", "terabyte", "tb,terabytes"),
        MeasureUnit("KiB", .data, 1024, "kibibyte|kibibytes", "کبی بائٹ", "kibibyte", "kib"),
        MeasureUnit("MiB", .data, 1_048_576, "mebibyte|mebibytes", "میبی بائٹ", "mebibyte", "mib"),
        MeasureUnit("GiB", .data, 1_073_741_824, "gibibyte|gibibytes", "گیبی بائٹ", "gibibyte", "gib"),
    ]
}
