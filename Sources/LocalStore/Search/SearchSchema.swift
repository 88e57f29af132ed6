enum SearchSchema {
    static let statements: [String] = []
}
