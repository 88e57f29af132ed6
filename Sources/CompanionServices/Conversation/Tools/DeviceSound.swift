/// How loud the device speaks.
package struct DeviceLoudness: Sendable, Hashable {
    /// In percent, 0 to 100; 100 is as the voice was made.
    package var volume: Int
    /// Nothing is heard, whatever the volume.
    package var isSilent: Bool

    package init(volume: Int = 100, isSilent: Bool = false) {
        self.volume = volume
        self.isSilent = isSilent
    }
}

/// The owner of the device's voice, as far as a conversation may change it. The microphone is not part of it: nobody but the person
/// turns that on.
package protocol DeviceSound: Sendable {
    /// Nil while nothing is spoken aloud here.
    func loudness() async -> DeviceLoudness?
    /// For good, and at once. Returns how loud it is now; nil, with nothing changed, while nothing is spoken aloud here.
    func change(_ change: @Sendable (inout DeviceLoudness) -> Void) async throws -> DeviceLoudness?
}
