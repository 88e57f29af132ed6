extension TimeLexicon {
    static let urduRows: [(TimeWord, String)] = [
        (.weekday(.monday), "پیر سوموار منڈے"), (.weekday(.tuesday), "منگل ٹیوزڈے"), (.weekday(.wednesday), "بدھ"),
        (.weekday(.thursday), "جمعرات"), (.weekday(.friday), "جمعہ جمعے جمعۃ فرائیڈے"), (.weekday(.saturday), "سنیچر"),
        (.weekday(.sunday), "اتوار سنڈے"), (.saturdayOrWeek, "ہفتہ ہفتے"),
        (.month(1), "جنوری"), (.month(2), "فروری"), (.month(3), "مارچ"), (.month(4), "اپریل"), (.month(5), "مئی"),
        (.month(6), "جون"), (.month(7), "جولائی"), (.month(8), "اگست"), (.month(9), "ستمبر"), (.month(10), "اکتوبر"),
        (.month(11), "نومبر"), (.month(12), "دسمبر"),
        (.unit(.second), "سیکنڈ سیکنڈز"), (.unit(.minute), "منٹ منٹوں منٹس"), (.unit(.hour), "گھنٹہ گھنٹے گھنٹوں گھنٹا"),
        (.unit(.day), "دن دنوں یوم"), (.unit(.week), "ہفتوں"), (.unit(.month), "مہینہ مہینے مہینوں مہینا ماہ"),
        (.unit(.year), "سال سالوں برس"),
        (.dayOffset(0), "آج"), (.eitherDay(1), "کل"), (.eitherDay(2), "پرسوں"), (.eitherDay(3), "ترسوں"), (.now, "ابھی"),
        (.part(.morning), "صبح سویرے"), (.part(.afternoon), "دوپہر سہ‌پہر سہپہر"), (.part(.evening), "شام"),
        (.part(.night), "رات شب"), (.midnight, "نصف‌شب"),
        (.next, "اگلے اگلا اگلی آئندہ آیندہ"), (.previous, "پچھلے پچھلا پچھلی گزشتہ گذشتہ"), (.this, "اس اسی"), (.every, "ہر"),
        (.alternate, "دوسرے دوسری"), (.everyUnit(.day), "روزانہ روز"), (.everyUnit(.week), "ہفتہ‌وار ہفتہوار"),
        (.everyUnit(.month), "ماہانہ ماہوار"), (.everyUnit(.year), "سالانہ"), (.weekend, "ویک‌اینڈ ویکینڈ"),
        (.meridiem(isPM: false), "اے‌ایم"), (.meridiem(isPM: true), "پی‌ایم"), (.oclock, "بجے"), (.struck, "بج بجکر"),
        (.striking, "بجنے"), (.half, "آدھا آدھی آدھے"), (.and, "اور"), (.few, "چند"), (.ago, "پہلے قبل پیشتر"), (.later, "بعد"),
        (.postposition, "میں کو پر تک سے پہ دوران"), (.possessive, "کا کی کے"), (.dateNoun, "تاریخ"), (.lead(.at), "بوقت"),
        (.beginning, "شروع آغاز"), (.end, "آخر اختتام"), (.greeting, "بخیر"),
    ]
}
