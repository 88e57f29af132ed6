import LocalStore

extension StoreView {
    func profileOrigin() throws -> ProfileOrigin {
        try setting(PersonSetting.profileOrigin).flatMap(ProfileOrigin.init(rawValue:)) ?? .written
    }
}

extension StoreTransaction {
    /// How many replaced texts are kept.
    private static let versionLimit = 20

    /// Saves the text and keeps the one it replaces; false if it says the same. `basis` is the text of the rules' own that it words
    /// anew.
    func saveProfileText(_ text: String, origin: ProfileOrigin, basis: String? = nil) throws -> Bool {
        let present = try view.userProfile()?.profileText ?? ""
        let isSame =
            switch origin {
            case .manual: present == text
            case .written: ProfileComparison.isUnchanged(present, text)
            }
        if basis != nil || !isSame { try setSetting(PersonSetting.profileBasis, basis) }
        if origin == .manual || !isSame { try setSetting(PersonSetting.profileOrigin, origin.rawValue) }
        guard !isSame else { return false }
        _ = try ensureProfile()
        if !present.isEmpty {
            var versions = try view.decodedSetting([ProfileVersion].self, PersonSetting.profileVersions) ?? []
            versions.insert(ProfileVersion(text: present, until: now), at: 0)
            try encodeSetting(PersonSetting.profileVersions, Array(versions.prefix(Self.versionLimit)))
        }
        _ = try saveUserProfile(text)
        return true
    }

    /// Removes erased values from the profile: versions that mention one go, and a text written by the program that mentions
    /// one is emptied and written anew in the background.
    func eraseProfileText(mentioning erased: ErasedText) throws {
        if let versions = try view.decodedSetting([ProfileVersion].self, PersonSetting.profileVersions) {
            try encodeSetting(PersonSetting.profileVersions, versions.filter { !erased.isMentioned(in: $0.text) })
        }
        guard let text = try view.userProfile()?.profileText, erased.isMentioned(in: text),
            try view.profileOrigin() == .written
        else { return }
        _ = try saveUserProfile("")
        try setSetting(PersonSetting.profileBasis, nil)
        try enqueueProfileRewrite()
    }
}
