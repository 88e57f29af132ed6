/// The folding rules of single code points; `TextNormalizer` puts them together.
enum ScalarFolding {
    enum Result {
        case scalar(Unicode.Scalar)
        case text(String)
        case space
        case nothing
    }

    /// Whether compatibility decomposition may say something about this code point that the tables below do not.
    /// ASCII and the Arabic block, nearly all of what this product sees, stay on the fast path.
    static func needsDecomposition(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0xA0, 0x0600...0x06FF, 0x2010...0x2022, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x2069: false
        default: true
        }
    }

    static func fold(_ scalar: Unicode.Scalar, after previous: Unicode.Scalar) -> Result {
        switch scalar.value {
        case 0x41...0x5A: .scalar(Unicode.Scalar(UInt8(scalar.value + 32)))
        case 0x21...0x7E: .scalar(scalar)
        case 0...0x20, 0x7F...0xA0, 0x2028, 0x2029: .space
        case 0xAD, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F, 0xFE00...0xFE0F, 0xFEFF: .nothing
        case 0x0600...0x06FF: foldArabic(scalar)
        case 0x0750...0x08FF: isMark(scalar) ? .nothing : .scalar(scalar)
        case 0x0300...0x036F: carriesOptionalMarks(previous) ? .nothing : .scalar(scalar)
        default: foldOther(scalar)
        }
    }

    /// Arabic-script letters as Urdu writes them, so that Arabic and Persian keyboards reach Urdu text.
    private static func foldArabic(_ scalar: Unicode.Scalar) -> Result {
        switch scalar.value {
        case 0x0660...0x0669: .scalar(Unicode.Scalar(UInt8(scalar.value - 0x0660 + 0x30)))
        case 0x06F0...0x06F9: .scalar(Unicode.Scalar(UInt8(scalar.value - 0x06F0 + 0x30)))
        case 0x0640, 0x0621, 0x0674, 0x0600...0x0605, 0x061C, 0x0610...0x061A, 0x064B...0x065F, 0x0670,
            0x06D6...0x06DD, 0x06DF...0x06E8, 0x06EA...0x06ED:
            .nothing  // tatweel, hamza on the line, vowel signs and other marks
        case 0x0622, 0x0623, 0x0625, 0x0671, 0x0672, 0x0673: .scalar("\u{0627}")  // آ أ إ ٱ
        case 0x0624: .scalar("\u{0648}")  // ؤ
        case 0x0626, 0x0649, 0x064A, 0x06CD, 0x06D0: .scalar("\u{06CC}")  // ئ ى ي ې
        case 0x0643, 0x06AA: .scalar("\u{06A9}")  // ك
        case 0x0629, 0x0647, 0x06BE, 0x06C0, 0x06C2, 0x06C3, 0x06D5: .scalar("\u{06C1}")  // ة ه ھ ۀ ۂ ۃ ە
        case 0x06D3: .scalar("\u{06D2}")  // ۓ
        default: .scalar(scalar)
        }
    }

    private static func foldOther(_ scalar: Unicode.Scalar) -> Result {
        let properties = scalar.properties
        switch properties.generalCategory {
        case .control, .spaceSeparator, .lineSeparator, .paragraphSeparator: return .space
        case .format, .surrogate: return .nothing
        case .decimalNumber:
            guard let value = properties.numericValue, (0...9).contains(value) else { return .scalar(scalar) }
            return .scalar(Unicode.Scalar(UInt8(0x30 + Int(value))))
        case .uppercaseLetter, .titlecaseLetter: return .text(properties.lowercaseMapping)
        default: return .scalar(scalar)
        }
    }

    /// Letters and digits of any script and the marks that belong to them.
    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x30...0x39, 0x61...0x7A, 0x41...0x5A: return true
        case 0..<0x80: return false
        case 0x0620...0x064A, 0x066E...0x06D3, 0x06D5, 0x06EE...0x06FC, 0x06FF: return true
        case 0x0600...0x06FF: return false
        default: break
        }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .decimalNumber,
            .letterNumber, .otherNumber, .nonspacingMark, .spacingMark:
            return true
        default: return false
        }
    }

    static func isApostrophe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "'", "\u{2019}", "\u{2018}", "`": true
        default: false
        }
    }

    private static func isMark(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: true
        default: false
        }
    }

    /// Latin, Greek, Cyrillic and Arabic letters are searched without their accents.
    private static func carriesOptionalMarks(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x41...0x5A, 0x61...0x7A, 0xC0...0x06FF, 0x1E00...0x1FFF: true
        default: false
        }
    }
}
