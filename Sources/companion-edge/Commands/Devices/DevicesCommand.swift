import ArgumentParser

struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "Show and try out the loudspeakers and microphones.",
        discussion: """
            A device is named default, alsa:NAME, wav:FILE, fifo:FILE or null, everywhere.

            EXAMPLES:
              companion-edge devices list
              companion-edge devices test
              companion-edge devices record --output heard.wav
              companion-edge say "can you hear me?" --device alsa:hw:CARD=Device,DEV=0
            """,
        subcommands: [DevicesList.self, DevicesTest.self, DevicesRecord.self])
}
