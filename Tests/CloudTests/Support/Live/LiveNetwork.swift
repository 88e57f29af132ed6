import TestSupport

/// What lies between the devices and the project, and fails now and then.
actor LiveNetwork {
    private let project: CloudProject
    private let user: CloudUser
    private var random: SeededGenerator
    /// Steps of anybody's until the project can be reached again; nil while it can.
    private var stepsOffline: Int?
    private var isChanging = false
    private(set) var outages = 0

    init(project: CloudProject, user: CloudUser, seed: UInt64) {
        self.project = project
        self.user = user
        random = SeededGenerator(seed: seed &* 31)
    }

    /// Called at every step of every device.
    func step() async throws {
        guard !isChanging else { return }
        isChanging = true
        defer { isChanging = false }
        if let left = stepsOffline {
            stepsOffline = left > 0 ? left - 1 : nil
            if left == 0 { try await project.goOnline() }
            return
        }
        switch Int.random(in: 0..<24, using: &random) {
        case 0:
            stepsOffline = Int.random(in: 1...10, using: &random)
            outages += 1
            try await project.goOffline()
        case 1: try await project.expireTokens(of: user)
        case 2..<12: try await project.inject(fault())
        default: break
        }
    }

    func heal() async throws {
        while isChanging { await Task.yield() }
        if stepsOffline != nil { try await project.goOnline() }
        stepsOffline = nil
        try await project.clearFaults()
    }

    private func fault() -> CloudFault {
        let kinds: [CloudFault.Kind] = [
            .resetBefore, .resetAfter, .resetAfter, .truncate, .truncate, .double, .empty, .portal,
            .status(503, headers: ["Retry-After": "0"]), .status(500), .status(429, headers: ["Retry-After": "0"]),
            .delay(seconds: Double.random(in: 0...0.1, using: &random)),
        ]
        return CloudFault(
            kinds[Int.random(in: 0..<kinds.count, using: &random)], path: "/rest/v1/rpc/",
            skip: Int64.random(in: 0...2, using: &random), times: Int64.random(in: 1...3, using: &random))
    }
}
