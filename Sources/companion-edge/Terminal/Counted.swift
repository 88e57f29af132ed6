extension BinaryInteger {
    /// "1 memory", "2 memories": the plural is the singular with an s where none is given.
    func counted(_ singular: String, _ plural: String? = nil) -> String {
        "\(self) \(self == 1 ? singular : plural ?? singular + "s")"
    }
}
