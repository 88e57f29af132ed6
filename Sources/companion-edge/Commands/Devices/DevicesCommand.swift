import ArgumentParser

struct DevicesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "devices",
        abstract: "Show the loudspeakers and microphones.",
        discussion: """
            A device is named default, alsa:NAME, wav:FILE, fifo:FILE or null, everywhere.

            EXAMPLES:
              companion-edge devices list
              companion-edge say "can you hear me?" --device alsa:hw:CARD=Device,DEV=0
            """,
        subcommands: [DevicesList.self])
}
