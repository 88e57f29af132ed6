import Foundation
import LocalStore

extension CompanionTools {
    static func device(_ companion: Companion, _ turn: ToolTurn) -> [CompanionTool] {
        [time(companion, turn), volume(companion), setVolume(companion), setMuted(companion)]
    }

    private static func time(_ companion: Companion, _ turn: ToolTurn) -> CompanionTool {
        CompanionTool(
            "getCurrentTime", .reads, parameters: [], purpose: "Reads the time and the date where the person is."
        ) { _ in
            let now = companion.store.clock.now()
            let calendar = LocalCalendar(timeZone: turn.timeZone)
            let (date, second) = calendar.dateAndSecond(of: now)
            func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
            return [
                "time": .string("\(two(second / 3600)):\(two(second / 60 % 60))"),
                "date": .string("\(date.year)-\(two(date.month))-\(two(date.day))"),
                "weekday": .string(now.weekdayName(in: turn.timeZone)), "time_zone": .string(turn.timeZone.identifier),
                "message": "This is the time now.",
            ]
        }
    }

    private static let noSound = "Nothing is spoken aloud on this device now; there is no loudness to change."

    private static func answer(_ loudness: DeviceLoudness?, _ message: String) -> JSONValue {
        [
            "success": .bool(loudness != nil), "volume": loudness.map { .int(Int64($0.volume)) } ?? .null,
            "muted": loudness.map { .bool($0.isSilent) } ?? .null,
            "message": .string(loudness == nil ? noSound : message),
        ]
    }

    private static func volume(_ companion: Companion) -> CompanionTool {
        CompanionTool(
            "getDeviceVolume", .reads, only: .sound, parameters: [], purpose: "Reads how loud the device speaks."
        ) { _ in answer(await companion.sound?.loudness(), "So loud it is.") }
    }

    private static func setVolume(_ companion: Companion) -> CompanionTool {
        CompanionTool(
            "setDeviceVolume", .writes, only: .sound,
            parameters: [("level", ["type": "integer", "description": "In percent, 0 to 100."])],
            purpose: "Changes how loud the device speaks, as the person asks."
        ) { arguments in
            let level = try arguments.integer("level", in: 0...100, default: nil)
            let loudness = try await companion.sound?.change {
                $0.volume = level
                $0.isSilent = false
            }
            return answer(loudness, "The device speaks so loud from now on.")
        }
    }

    private static func setMuted(_ companion: Companion) -> CompanionTool {
        CompanionTool(
            "setDeviceMuted", .writes, only: .sound,
            parameters: [("muted", ["type": "boolean", "description": "Whether nothing is to be heard of the device."])],
            purpose: "Silences the device's voice, or lets it be heard again, as the person asks."
        ) { arguments in
            let isMuted = try arguments.bool("muted")
            let loudness = try await companion.sound?.change { $0.isSilent = isMuted }
            return answer(loudness, isMuted ? "Nothing is heard of the device from now on." : "The device is heard again.")
        }
    }
}
