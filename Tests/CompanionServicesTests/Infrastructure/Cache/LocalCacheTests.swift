import Testing

@testable import CompanionServices

@Suite struct LocalCacheTests {
    private let clock = ManualUptime()

    private func cache(entries: Int = 100, bytes: Int = 1 << 20) -> LocalCache {
        LocalCache(limits: .init(entries: entries, bytes: bytes)) { [clock] in clock.now }
    }

    @Test("what was used longest ago makes room, by number and by size")
    func leastRecentlyUsed() {
        let few = cache(entries: 3)
        for key in ["a", "b", "c"] { few.insert(key, bytes: 1, for: key, timeToLive: .seconds(9)) }
        #expect(few.value(of: String.self, for: "a") == "a")
        few.insert("d", bytes: 1, for: "d", timeToLive: .seconds(9))
        #expect(few.value(of: String.self, for: "b") == nil)
        #expect(["a", "c", "d"].allSatisfy { few.value(of: String.self, for: $0) == $0 })
        #expect(few.statistics.evictions == 1 && few.statistics.entries == 3)

        let small = cache(bytes: 10_000)
        for number in 0..<20 { small.insert(number, bytes: 900, for: "\(number)", timeToLive: .seconds(9)) }
        #expect(small.statistics.bytes <= 10_000 && small.statistics.entries > 5)
        #expect(small.value(of: Int.self, for: "19") == 19 && small.value(of: Int.self, for: "0") == nil)
        small.insert(99, bytes: 5_000, for: "large", timeToLive: .seconds(9))
        #expect(small.value(of: Int.self, for: "large") == nil)
    }

    @Test("a value ends with its time, and with what it was made from")
    func ends() {
        let cache = cache()
        cache.insert("x", bytes: 1, for: "k", timeToLive: .seconds(60), stamp: 4)
        clock.advance(by: .seconds(59))
        #expect(cache.value(of: String.self, for: "k", stamp: 4) == "x")
        #expect(cache.timeLeft(for: "k") == .seconds(1))
        #expect(cache.expire("k", in: .seconds(10)))
        clock.advance(by: .seconds(9))
        #expect(cache.value(of: String.self, for: "k", stamp: 4) == "x")
        #expect(cache.value(of: String.self, for: "k", stamp: 5) == nil)
        #expect(cache.value(of: String.self, for: "k", stamp: 4) == nil)
        cache.insert("y", bytes: 1, for: "k", timeToLive: .seconds(1))
        clock.advance(by: .seconds(1))
        #expect(cache.value(of: String.self, for: "k") == nil)
        #expect(cache.statistics.entries == 0 && cache.statistics.bytes == 0)
    }

    @Test("a value of another type is none")
    func otherType() {
        let cache = cache()
        cache.insert(5, bytes: 8, for: "k", timeToLive: .seconds(9))
        #expect(cache.value(of: String.self, for: "k") == nil && cache.value(of: Int.self, for: "k") == 5)
    }

    /// The time is printed, and only bounded against something much slower: other tests run meanwhile.
    @Test("a hit costs little among thousands of entries")
    func cost() async {
        let cache = RedisCache.inMemory()
        let text = String(repeating: "Amina lives in Quetta. ", count: 20)
        let keys = (0..<1_500).map { "user:3f6c1d2e-8a4b-4c5d-9e6f-7a8b9c0d1e2f:profile:\($0)" }
        for key in keys { cache.put(text, for: key, as: .profile) }
        var found = 0
        var best = Duration.seconds(1)
        for _ in 0..<20 {
            let start = ContinuousClock.now
            for key in keys where await cache.get(key, as: CacheKind<String>.profile) != nil { found += 1 }
            best = min(best, (ContinuousClock.now - start) / keys.count)
        }
        print("a hit in memory among \(keys.count) entries, in this build: \(best)")
        #expect(found == 20 * keys.count)
        #expect(best < .milliseconds(1))
    }

    @Test("after thousands of mixed steps it holds what a plain dictionary would")
    func manySteps() {
        let cache = cache(entries: 50)
        var order: [String] = []
        var generator = SystemRandomNumberGenerator()
        for step in 0..<20_000 {
            let key = "\(Int.random(in: 0..<80, using: &generator))"
            switch Int.random(in: 0..<4, using: &generator) {
            case 0:
                cache.remove(key)
                order.removeAll { $0 == key }
            case 1:
                cache.insert(step, bytes: 1, for: key, timeToLive: .seconds(9))
                order.removeAll { $0 == key }
                order.append(key)
                if order.count > 50 { order.removeFirst() }
            default:
                let isThere = cache.value(of: Int.self, for: key) != nil
                #expect(isThere == order.contains(key))
                if isThere {
                    order.removeAll { $0 == key }
                    order.append(key)
                }
            }
        }
        #expect(cache.statistics.entries == order.count)
        #expect(cache.removeAll { _ in true } == order.count)
    }

    @Test(
        "patterns match as Redis matches them",
        arguments: [
            ("user:1:*", "user:1:profile", true), ("user:1:*", "user:11:profile", false), ("h?llo", "hallo", true),
            ("h?llo", "hllo", false), ("h[ae]llo", "hello", true), ("h[^e]llo", "hello", false), ("h[a-c]llo", "hbllo", true),
            ("h\\*llo", "h*llo", true), ("h\\*llo", "hallo", false), ("*a*b*", "xxaxxbxx", true), ("*a*b", "ab ", false),
            ("", "", true), ("*", "", true), ("[", "[", false), ("a[b", "ab", true),
        ])
    func patterns(pattern: String, key: String, matches: Bool) {
        #expect(CachePattern(pattern).matches(key) == matches)
        #expect(CachePattern(CachePattern.exactly(pattern)).matches(pattern))
    }
}
