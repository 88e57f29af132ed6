import Foundation

/// A place whose clock people ask for.
package struct City: Sendable, Hashable {
    /// IANA name of its time zone.
    package let zone: String
    private let english: String
    private let urdu: String

    init(zone: String, english: String, urdu: String) {
        self.zone = zone
        self.english = english
        self.urdu = urdu
    }

    package func name(in language: Language) -> String { language == .urdu ? urdu : english }

    /// Nil on a machine without the zone's rules.
    package var timeZone: TimeZone? { TimeZone(identifier: zone) }
}

/// Cities and countries by name, in English and Urdu.
package struct CityTable: Sendable {
    package static let standard = CityTable(rows)

    private let byName: [String: City]
    private let longest: Int

    private init(_ rows: [String]) {
        var byName: [String: City] = [:]
        for row in rows {
            let fields = row.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
            guard fields.count >= 3 else { continue }
            let city = City(zone: fields[0], english: fields[1], urdu: fields[2])
            let aliases = fields.count > 3 ? fields[3].split(separator: ",").map(String.init) : []
            for name in [fields[1].lowercased(), fields[2]] + aliases { byName[WordFolding.fold(name)] = city }
        }
        self.byName = byName
        longest = byName.keys.map { $0.split(separator: " ").count }.max() ?? 1
    }

    /// A place by its whole name, in any case and language.
    package func city(named name: String) -> City? {
        byName[WordFolding.fold(name.lowercased().trimmingCharacters(in: .whitespaces))]
    }

    /// The longest name that begins at `index` of folded words.
    func city(in words: [String], at index: Int) -> (city: City, end: Int)? {
        for count in stride(from: min(longest, words.count - index), through: 1, by: -1) {
            if let city = byName[words[index..<index + count].joined(separator: " ")] { return (city, index + count) }
        }
        return nil
    }

    /// Zone, English name, Urdu name, other names.
    static let rows: [String] = [
        "Asia/Karachi|Karachi|کراچی|khi", "Asia/Karachi|Lahore|لاہور|lhr", "Asia/Karachi|Islamabad|اسلام آباد",
        "Asia/Karachi|Rawalpindi|راولپنڈی|pindi",
        "Asia/Karachi|Peshawar|پشاور", "Asia/Karachi|Quetta|کوئٹہ", "Asia/Karachi|Multan|ملتان",
        "Asia/Karachi|Faisalabad|فیصل آباد",
        "Asia/Karachi|Hyderabad|حیدرآباد|حیدر آباد", "Asia/Karachi|Sialkot|سیالکوٹ", "Asia/Karachi|Gujranwala|گوجرانوالہ",
        "Asia/Karachi|Sukkur|سکھر",
        "Asia/Karachi|Bahawalpur|بہاولپور", "Asia/Karachi|Abbottabad|ایبٹ آباد", "Asia/Karachi|Gilgit|گلگت",
        "Asia/Karachi|Muzaffarabad|مظفر آباد|مظفرآباد",
        "Asia/Karachi|Gwadar|گوادر", "Asia/Karachi|Pakistan|پاکستان", "Asia/Kolkata|Delhi|دہلی|new delhi,dilli,دلی,نئی دہلی",
        "Asia/Kolkata|Mumbai|ممبئی|bombay,بمبئی",
        "Asia/Kolkata|Kolkata|کولکتہ|calcutta,کلکتہ", "Asia/Kolkata|India|بھارت|انڈیا,ہندوستان,hindustan,bharat",
        "Asia/Dhaka|Dhaka|ڈھاکہ|ڈھاکا", "Asia/Dhaka|Bangladesh|بنگلہ دیش",
        "Asia/Colombo|Colombo|کولمبو|sri lanka,سری لنکا", "Asia/Kathmandu|Kathmandu|کھٹمنڈو|nepal,نیپال",
        "Asia/Kabul|Kabul|کابل|afghanistan,افغانستان", "Asia/Tehran|Tehran|تہران|iran,ایران",
        "Asia/Riyadh|Riyadh|ریاض|saudi arabia,saudia,saudi,سعودی عرب,سعودیہ", "Asia/Riyadh|Makkah|مکہ|mecca,makka,مکہ مکرمہ",
        "Asia/Riyadh|Madinah|مدینہ|medina,madina,مدینہ منورہ", "Asia/Riyadh|Jeddah|جدہ|jedda",
        "Asia/Dubai|Dubai|دبئی|uae,emirates,امارات", "Asia/Dubai|Abu Dhabi|ابوظہبی|ابو ظہبی", "Asia/Dubai|Sharjah|شارجہ",
        "Asia/Qatar|Doha|دوحہ|qatar,قطر", "Asia/Kuwait|Kuwait|کویت|kuwait city",
        "Asia/Bahrain|Manama|منامہ|bahrain,بحرین", "Asia/Muscat|Muscat|مسقط|oman,عمان", "Asia/Baghdad|Baghdad|بغداد|iraq,عراق",
        "Asia/Amman|Amman|عمّان شہر|jordan,اردن", "Asia/Beirut|Beirut|بیروت|lebanon,لبنان",
        "Asia/Damascus|Damascus|دمشق|syria,شام کا ملک", "Asia/Jerusalem|Jerusalem|یروشلم|quds,بیت المقدس,القدس",
        "Asia/Gaza|Gaza|غزہ|palestine,فلسطین", "Europe/Istanbul|Istanbul|استنبول|turkey,ankara,turkiye,ترکی,ترکیہ,انقرہ",
        "Africa/Cairo|Cairo|قاہرہ|egypt,مصر", "Europe/London|London|لندن|uk,england,britain,برطانیہ,انگلینڈ",
        "Europe/London|Manchester|مانچسٹر", "Europe/London|Birmingham|برمنگھم", "Europe/London|Edinburgh|ایڈنبرا|scotland",
        "Europe/Dublin|Dublin|ڈبلن|ireland,آئرلینڈ",
        "Europe/Paris|Paris|پیرس|france,فرانس", "Europe/Berlin|Berlin|برلن|germany,جرمنی", "Europe/Berlin|Frankfurt|فرینکفرٹ",
        "Europe/Rome|Rome|روم|italy,اٹلی", "Europe/Madrid|Madrid|میڈرڈ|spain,اسپین,سپین", "Europe/Madrid|Barcelona|بارسلونا",
        "Europe/Lisbon|Lisbon|لزبن|portugal,پرتگال", "Europe/Amsterdam|Amsterdam|ایمسٹرڈیم|netherlands,holland,ہالینڈ",
        "Europe/Brussels|Brussels|برسلز|belgium,بیلجیم", "Europe/Zurich|Zurich|زیورخ|switzerland,bern,سوئٹزرلینڈ",
        "Europe/Zurich|Geneva|جنیوا",
        "Europe/Vienna|Vienna|ویانا|austria,آسٹریا", "Europe/Stockholm|Stockholm|اسٹاک ہوم|sweden,سویڈن",
        "Europe/Oslo|Oslo|اوسلو|norway,ناروے", "Europe/Copenhagen|Copenhagen|کوپن ہیگن|denmark,ڈنمارک",
        "Europe/Helsinki|Helsinki|ہیلسنکی|finland,فن لینڈ",
        "Europe/Warsaw|Warsaw|وارسا|poland,پولینڈ", "Europe/Prague|Prague|پراگ",
        "Europe/Budapest|Budapest|بوڈاپیسٹ|hungary,ہنگری", "Europe/Athens|Athens|ایتھنز|greece,یونان",
        "Europe/Bucharest|Bucharest|بخارسٹ|romania,رومانیہ", "Europe/Kyiv|Kyiv|کیف|kiev,ukraine,یوکرین",
        "Europe/Moscow|Moscow|ماسکو|russia,روس", "Asia/Tashkent|Tashkent|تاشقند|uzbekistan,ازبکستان",
        "Asia/Almaty|Almaty|الماتی|kazakhstan,قازقستان", "Asia/Baku|Baku|باکو|azerbaijan,آذربائیجان",
        "Asia/Shanghai|Beijing|بیجنگ|china,chin,چین", "Asia/Shanghai|Shanghai|شنگھائی",
        "Asia/Hong_Kong|Hong Kong|ہانگ کانگ", "Asia/Tokyo|Tokyo|ٹوکیو|japan,جاپان",
        "Asia/Seoul|Seoul|سیول|korea,south korea,کوریا,جنوبی کوریا", "Asia/Singapore|Singapore|سنگاپور",
        "Asia/Kuala_Lumpur|Kuala Lumpur|کوالالمپور|malaysia,ملائیشیا,کوالا لمپور",
        "Asia/Jakarta|Jakarta|جکارتہ|indonesia,انڈونیشیا",
        "Asia/Bangkok|Bangkok|بنکاک|thailand,تھائی لینڈ", "Asia/Manila|Manila|منیلا|philippines,فلپائن",
        "Asia/Ho_Chi_Minh|Hanoi|ہنوئی|vietnam,ویتنام", "Australia/Sydney|Sydney|سڈنی",
        "Australia/Melbourne|Melbourne|میلبورن|australia,آسٹریلیا", "Australia/Perth|Perth|پرتھ",
        "Australia/Brisbane|Brisbane|برسبین", "Australia/Sydney|Canberra|کینبرا",
        "Pacific/Auckland|Auckland|آکلینڈ|new zealand,wellington,نیوزی لینڈ",
        "America/New_York|New York|نیویارک|نیو یارک,nyc,new york city",
        "America/New_York|Washington|واشنگٹن|washington dc,usa,america,us,united states,امریکہ,امریکا",
        "America/New_York|Boston|بوسٹن", "America/New_York|Miami|میامی", "America/Chicago|Chicago|شکاگو",
        "America/Chicago|Houston|ہیوسٹن", "America/Chicago|Dallas|ڈیلاس", "America/Denver|Denver|ڈینور",
        "America/Los_Angeles|Los Angeles|لاس اینجلس|la,california,کیلیفورنیا", "America/Los_Angeles|San Francisco|سان فرانسسکو",
        "America/Los_Angeles|Seattle|سیئٹل", "America/Toronto|Toronto|ٹورنٹو|canada,ottawa,کینیڈا,اوٹاوا",
        "America/Toronto|Montreal|مونٹریال",
        "America/Vancouver|Vancouver|وینکوور", "America/Edmonton|Calgary|کیلگری",
        "America/Mexico_City|Mexico City|میکسیکو سٹی|mexico,میکسیکو",
        "America/Sao_Paulo|Sao Paulo|ساؤ پالو|brazil,brasilia,برازیل",
        "America/Argentina/Buenos_Aires|Buenos Aires|بیونس آئرس|argentina,ارجنٹائن", "America/Bogota|Bogota|بوگوٹا|colombia",
        "America/Lima|Lima|لیما|peru", "America/Santiago|Santiago|سینٹیاگو|chile",
        "Africa/Lagos|Lagos|لاگوس|nigeria,abuja,نائجیریا", "Africa/Nairobi|Nairobi|نیروبی|kenya,کینیا",
        "Africa/Johannesburg|Johannesburg|جوہانسبرگ|south africa,جنوبی افریقہ", "Africa/Johannesburg|Cape Town|کیپ ٹاؤن",
        "Africa/Addis_Ababa|Addis Ababa|ادیس ابابا|ethiopia,ایتھوپیا", "Africa/Accra|Accra|عکرہ|ghana",
        "Africa/Casablanca|Casablanca|کاسابلانکا|morocco,rabat,مراکش", "Africa/Algiers|Algiers|الجزائر|algeria",
        "Africa/Tunis|Tunis|تیونس|tunisia", "Africa/Tripoli|Tripoli|طرابلس|libya,لیبیا",
        "Africa/Khartoum|Khartoum|خرطوم|sudan,سوڈان", "GMT|UTC|یو ٹی سی|gmt",
    ]
}
