// swift-tools-version: 6.2
import Foundation
import PackageDescription

/// Every target of ours is built the same way; dependencies keep their own settings.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .treatAllWarnings(as: .error),
]

let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
/// SQLite's own C functions, for the loops in which a row must cost no more than it has to.
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")

let package = Package(
    name: "companion-edge",
    dependencies: [
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
    ],
    targets: [
        .systemLibrary(name: "CEditLine", providers: [.apt(["libedit-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CAlsa", providers: [.apt(["libasound2-dev"])]),
        .systemLibrary(name: "CSpeexDSP", providers: [.apt(["libspeexdsp-dev"])]),
        .systemLibrary(name: "COpus", providers: [.apt(["libopus-dev"])]),
        .systemLibrary(name: "COgg", providers: [.apt(["libogg-dev"])]),
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CSherpa"),
        .systemLibrary(name: "CWakeWord"),
        .target(
            name: "AudioIO", dependencies: ["CAlsa", "CLinux", "COgg", "COpus", "CSpeexDSP", logging], swiftSettings: settings),
        .target(name: "Networking", dependencies: ["CCurl", "CCrypto", "CLinux"], swiftSettings: settings),
        .target(name: "LocalStore", dependencies: [grdb, sqlite], swiftSettings: settings),
        .target(name: "SyncEngine", dependencies: ["LocalStore", "Networking", logging], swiftSettings: settings),
        .target(
            name: "CompanionServices",
            dependencies: ["AudioIO", "CHiredis", "CLinux", "CSherpa", "CWakeWord", "LocalStore", "Networking", logging],
            resources: [.copy("Brain/Data")], swiftSettings: settings),
        .executableTarget(
            name: "companion-edge",
            dependencies: [
                "AudioIO", "CEditLine", "CLinux", "LocalStore", "Networking", "SyncEngine", "CompanionServices", logging,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ], swiftSettings: settings),
        .target(
            name: "TestSupport", dependencies: ["AudioIO", "LocalStore", "Networking", "SyncEngine", logging],
            path: "Tests/Support", exclude: ["Peers"], resources: [.copy("Conversations")], swiftSettings: settings),
        .testTarget(
            name: "AudioIOTests", dependencies: ["AudioIO", "LocalStore", "TestSupport", logging], swiftSettings: settings),
        .testTarget(name: "NetworkingTests", dependencies: ["Networking", "TestSupport"], swiftSettings: settings),
        .testTarget(name: "LocalStoreTests", dependencies: ["LocalStore", "TestSupport", grdb], swiftSettings: settings),
        .testTarget(
            name: "SyncEngineTests",
            dependencies: ["SyncEngine", "SyncModel", "LocalStore", "Networking", "TestSupport", grdb, logging],
            swiftSettings: settings),
        .testTarget(
            name: "CompanionServicesTests",
            dependencies: ["AudioIO", "CompanionServices", "LocalStore", "Networking", "TestSupport", logging],
            swiftSettings: settings),
        .testTarget(
            name: "CompanionEdgeTests",
            dependencies: ["companion-edge", "AudioIO", "CompanionServices", "LocalStore", "Networking", "TestSupport", logging],
            swiftSettings: settings),
        // The simulation of sync: the server as a model, and the world around it.
        .target(name: "SyncModel", dependencies: ["LocalStore"], path: "Tests/Simulation/Model", swiftSettings: settings),
        .target(
            name: "SyncSimulation", dependencies: ["SyncModel", "SyncEngine", "LocalStore", "TestSupport", grdb, sqlite],
            path: "Tests/Simulation/World", swiftSettings: settings),
        .executableTarget(
            name: "sync-simulation", dependencies: ["SyncSimulation"], path: "Tests/Simulation/Command", swiftSettings: settings),
        .testTarget(
            name: "SimulationTests", dependencies: ["SyncModel", "SyncSimulation", "LocalStore", "TestSupport", grdb],
            path: "Tests/Simulation/Tests", swiftSettings: settings),
        .testTarget(
            name: "CloudTests",
            dependencies: [
                "companion-edge", "CompanionServices", "SyncEngine", "LocalStore", "Networking", "SyncModel", "TestSupport", grdb,
                logging,
            ],
            swiftSettings: settings),
        // What the crash tests kill.
        .executableTarget(name: "store-writer", dependencies: ["LocalStore"], path: "Tests/StoreWriter", swiftSettings: settings),
        .testTarget(
            name: "EndToEndTests", dependencies: ["AudioIO", "CompanionServices", "LocalStore", "TestSupport", "store-writer"],
            swiftSettings: settings),
    ],
    swiftLanguageModes: [.v6]
)

// What `make bench` runs. Left out of everyday builds, which it would only slow down.
if ProcessInfo.processInfo.environment["COMPANION_BENCH"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "companion-bench",
            dependencies: [
                "AudioIO", "CLinux", "COpus", "Networking", "LocalStore", "CompanionServices", "SyncEngine", "TestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"), sqlite, logging,
            ],
            path: "Benchmarks", swiftSettings: settings))
}
