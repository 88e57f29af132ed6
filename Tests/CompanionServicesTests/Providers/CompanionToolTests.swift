import LocalStore
import Logging
import Synchronization
import TestSupport
import Testing

@testable import CompanionServices

/// The functions that models may call: the shapes of their answers, and what they refuse.
@Suite struct CompanionToolTests {
    private let harness: ConversationHarness

    /// A voice that is as loud as was said last, and may be no voice or never answer.
    private final class Voice: DeviceSound {
        private let state = Mutex<DeviceLoudness?>(DeviceLoudness(volume: 70))
        let hangs = Atomic<Bool>(false)

        func silenceForGood() { state.withLock { $0 = nil } }

        func loudness() async -> DeviceLoudness? { state.withLock { $0 } }

        func change(_ change: @Sendable (inout DeviceLoudness) -> Void) async throws -> DeviceLoudness? {
            if hangs.load(ordering: .relaxed) { try await StillClock().sleep(for: .seconds(1)) }
            return state.withLock { state in
                if var new = state {
                    change(&new)
                    state = new
                }
                return state
            }
        }
    }

    private let voice = Voice()

    init() throws {
        harness = try ConversationHarness(sound: voice)
    }

    private func tools(saying said: String = "I have a cat called Minnie", isTelling: Bool = true) -> CompanionTools {
        CompanionTools(
            harness.companion, turn: ToolTurn(said: said, messageID: "m", language: .english, isTelling: isTelling),
            deadline: .seconds(600))
    }

    /// With what the words ask for, as in a turn.
    private func asked(_ said: String, language: Language = .english, deadline: Duration = .seconds(600)) -> (
        tools: CompanionTools, turn: ToolTurn
    ) {
        let turn = ToolTurn(
            said: said, messageID: "m", language: language, spoken: language, now: harness.clock.now(),
            timeZone: ConversationHarness.karachi,
            wishes: ToolWish.all(in: TextNormalizer.tokens(said), lists: harness.companion.brain.lists), isTelling: true)
        return (CompanionTools(harness.companion, turn: turn, deadline: deadline), turn)
    }

    private func call(_ tools: CompanionTools, _ name: String, _ arguments: String = "{}") async throws -> [String: JSONValue] {
        let text = try #require(await tools.results(of: [ToolCall(id: "1", name: name, arguments: arguments)]).first)
        return try #require(try JSONValue(parsing: text).objectValue)
    }

    @Test("the functions have the names and parameters that the cloud companion has")
    func names() {
        let tools = tools()
        let all = tools.tools.map(\.definition)
        let parameters = Dictionary(
            uniqueKeysWithValues: all.map { tool in
                (tool.name, Set((tool.parameters.objectValue?["properties"]?.objectValue ?? [:]).keys))
            })
        #expect(
            parameters == [
                "storeInMemory": ["category", "key", "value"], "retrieveFromMemory": ["category", "key"],
                "searchMemories": ["query", "limit"], "createUserProfile": ["profile_input"], "getUserProfile": [],
                "getUserGender": [], "getCompleteUserInfo": [], "getUserState": [], "updateUserState": ["stage", "trust_score"],
                "forgetMemory": ["category", "key"], "setReminder": ["text", "when"], "listReminders": [],
                "cancelReminder": ["id"], "getCurrentTime": [], "getDeviceVolume": [], "setDeviceVolume": ["level"],
                "setDeviceMuted": ["muted"],
            ])
        #expect(
            Set(all.map(\.name)).subtracting(tools.definitions.map(\.name)) == [
                "forgetMemory", "setReminder", "cancelReminder", "getDeviceVolume", "setDeviceVolume", "setDeviceMuted",
            ], "what nobody asked for is not even offered")
        for tool in all {
            let fields = tool.parameters.objectValue ?? [:]
            #expect(fields["additionalProperties"] == false)
            #expect(Set((fields["required"]?.arrayValue ?? []).compactMap(\.stringValue)) == parameters[tool.name])
        }
    }

    @Test("the functions about the machinery are offered where the settings say so, with exactly the cloud companion's fields")
    func monitoring() async throws {
        let names = ["getConnectionPoolStats", "getRedisCacheStats", "getDatabaseBatchStats", "getMemoryStats"]
        #expect(tools().definitions.allSatisfy { !names.contains($0.name) })
        var options = harness.companion.options
        options.offersMonitoring = true
        let companion = try Companion(
            store: harness.companion.store, brain: harness.companion.brain, options: options, logger: Logger(label: "test"))
        let tools = CompanionTools(
            companion, turn: ToolTurn(said: "how are you", messageID: "m", language: .english, isTelling: false),
            deadline: .seconds(600))
        #expect(tools.definitions.suffix(4).map(\.name) == names)
        _ = try await companion.startConversation(channel: "terminal").reply(to: "my sister is called Amna")
        _ = try await call(tools, "searchMemories", #"{"query":"who is my sister Amna","limit":5}"#)
        _ = try await call(tools, "getCompleteUserInfo")
        let pool = try await call(tools, "getConnectionPoolStats")
        #expect(
            pool.filter { $0.key != "message" } == [
                "supabase_clients": 0, "http_session_active": false, "openai_clients_ready": false, "connection_errors": 0,
                "last_health_check": "Never", "status": "healthy",
            ])
        let cache = try await call(tools, "getRedisCacheStats")
        #expect(
            Set(cache.keys) == [
                "enabled", "connected", "hit_rate", "cache_hits", "cache_misses", "connection_errors", "redis_memory", "status",
                "message",
            ])
        #expect(cache["enabled"] == false && cache["connected"] == false && cache["status"] == "disabled")
        #expect(cache["redis_memory"] == "N/A" && cache["hit_rate"]?.stringValue?.hasSuffix("%") == true)
        let batches = try await call(tools, "getDatabaseBatchStats")
        // Eight categories in one query.
        #expect(
            batches.filter { $0.key != "message" } == [
                "total_operations": 1, "queries_saved": 7, "efficiency_gain": "700.0%", "batch_size": 100, "status": "active",
            ])
        let memory = try await call(tools, "getMemoryStats")
        #expect(
            Set(memory.keys) == [
                "total_memories", "cache_hit_rate", "retrievals_performed", "conversation_context_size", "query_expansion_rate",
                "temporal_boost_rate", "importance_boost_rate", "context_match_rate", "advanced_features", "message",
            ])
        #expect(memory["advanced_features"] == "Tier 1 Active" && memory["total_memories"]?.intValue ?? 0 > 0)
        #expect(memory["query_expansion_rate"]?.stringValue?.hasSuffix("x") == true)
        #expect(memory["retrievals_performed"]?.intValue ?? 0 >= 2 && memory["temporal_boost_rate"] != "0.0%")
        for (_, report) in [("", pool), ("", cache), ("", batches), ("", memory)] {
            #expect(report["message"]?.stringValue != nil)
        }
    }

    @Test("storing and reading have the fields that callers know")
    func memory() async throws {
        let tools = tools()
        let stored = try await call(tools, "storeInMemory", #"{"category":"RELATIONSHIP","key":"cat_name","value":"Minnie"}"#)
        #expect(Set(stored.keys) == ["success", "message"] && stored["success"] == true)
        let read = try await call(tools, "retrieveFromMemory", #"{"category":"RELATIONSHIP","key":"cat_name"}"#)
        #expect(read == ["value": "Minnie", "found": true])
        let missing = try await call(tools, "retrieveFromMemory", #"{"category":"FACT","key":"age"}"#)
        #expect(missing == ["value": "", "found": false])
        let found = try await call(tools, "searchMemories", #"{"query":"cat","limit":5}"#)
        #expect(Set(found.keys) == ["memories", "count", "message"] && found["count"] == 1)
        let hit = try #require(found["memories"]?.arrayValue?.first?.objectValue)
        #expect(Set(hit.keys) == ["text", "category", "similarity", "relevance_score", "is_recent"])
    }

    @Test("what is known of the person has the fields that callers know")
    func person() async throws {
        let tools = tools()
        #expect(Set(try await call(tools, "getUserProfile").keys) == ["profile", "message"])
        #expect(Set(try await call(tools, "getUserGender").keys) == ["gender", "pronouns", "message"])
        let state = try await call(tools, "getUserState")
        #expect(Set(state.keys) == ["stage", "trust_score", "last_updated", "metadata", "stage_history", "message"])
        #expect(state["stage"] == "ORIENTATION" && state["trust_score"]?.doubleValue == 3)
        let all = try await call(tools, "getCompleteUserInfo")
        #expect(
            Set(all.keys) == [
                "user_name", "profile", "conversation_stage", "trust_score", "memories_by_category", "total_memories", "message",
            ])
        #expect(all["memories_by_category"]?.objectValue?.count == 8)
        #expect(
            Set(try await call(tools, "createUserProfile", #"{"profile_input":"I have a cat"}"#).keys) == ["success", "message"])
    }

    @Test("closeness moves by half a point and one step in a turn, whatever a model wishes")
    func closeness() async throws {
        let tools = tools()
        let leap = try await call(tools, "updateUserState", #"{"stage":"INTEGRATION","trust_score":10}"#)
        #expect(leap["success"] == false && leap["stage"] == "ORIENTATION")
        let step = try await call(tools, "updateUserState", #"{"stage":"ENGAGEMENT","trust_score":10}"#)
        #expect(Set(step.keys) == ["success", "stage", "trust_score", "message"] && step["success"] == true)
        #expect(step["trust_score"]?.doubleValue == 3.5)
        let again = try await call(tools, "updateUserState", #"{"stage":"ENGAGEMENT","trust_score":10}"#)
        #expect(again["success"] == false && again["trust_score"]?.doubleValue == 3.5)
    }

    @Test(
        "arguments that cannot be used are answered with what is wrong",
        arguments: [
            ("storeInMemory", #"{"category": "FACT", "key": "#), ("storeInMemory", "[]"), ("storeInMemory", #"{"category":1}"#),
            ("storeInMemory", #"{"category":"SECRETS","key":"cat","value":"Minnie"}"#),
            ("storeInMemory", #"{"category":"FACT","key":"user_input_1","value":"Minnie"}"#),
            ("storeInMemory", #"{"category":"FACT","key":"نام","value":"Minnie"}"#),
            ("searchMemories", #"{"limit":3}"#), ("searchMemories", #"{"query":"cat","limit":"many"}"#),
            ("updateUserState", #"{"stage":"LOVE","trust_score":4}"#),
            ("updateUserState", #"{"stage":"ENGAGEMENT","trust_score":"much"}"#), ("deleteEverything", "{}"), ("", ""),
            ("forgetMemory", #"{"category":"FACT"}"#), ("forgetMemory", #"{"category":"FACT","key":"age"}"#),
            ("setReminder", #"{"text":"x","when":5}"#), ("setReminder", "null"), ("cancelReminder", #"{"id":["a"]}"#),
            ("cancelReminder", #"{"id":"none"}"#), ("setDeviceVolume", #"{"level":"loud"}"#), ("setDeviceVolume", "{}"),
            ("setDeviceMuted", #"{"muted":"perhaps"}"#), ("setDeviceMuted", #"{"muted":1}"#),
            ("setDeviceMuted", #"{"muted":null}"#),
            ("setDeviceVolume", #"{"level":[50]}"#), ("setDeviceVolume", #"{"level":50.5}"#),
            ("setDeviceVolume", #"{"level":1e99}"#),
            ("searchMemories", #"{"query":"cat","limit":{"most":3}}"#), ("searchMemories", #"{"query":["cat"]}"#),
            ("searchMemories", #"{"query":null}"#), ("retrieveFromMemory", #"{"category":"FACT","key":7}"#),
            ("storeInMemory", #"{"category":"FACT","key":"cat","value":{"name":"Minnie"}}"#),
            ("storeInMemory", #"{"category":"FACT","key":"cat","value":null}"#), ("storeInMemory", #""FACT""#),
            ("storeInMemory", "7"),
            ("updateUserState", #"{"stage":2,"trust_score":4}"#),
            ("updateUserState", #"{"stage":"ENGAGEMENT","trust_score":true}"#),
            ("createUserProfile", #"{"profile_input":["a"]}"#), ("createUserProfile", "{}"),
        ])
    func badArguments(name: String, arguments: String) async throws {
        let everything = "remind me, cancel it, forget it, louder"
        let answer = try await call(asked(everything).tools, name, arguments)
        #expect(answer["success"] == false && answer["message"]?.stringValue?.isEmpty == false)
        #expect(try await harness.memories().isEmpty)
    }

    @Test("only what was said in this turn is stored, and a question tells nothing")
    func gate() async throws {
        let value = #"{"category":"FACT","key":"pet","value":"a dog called Rex"}"#
        #expect(try await call(tools(), "storeInMemory", value)["success"] == false)
        let asked = tools(saying: "what is a dog called Rex?", isTelling: false)
        #expect(try await call(asked, "storeInMemory", value)["success"] == false)
        #expect(try await harness.memories().isEmpty)
        let told = tools(saying: "we have a dog called Rex now")
        #expect(try await call(told, "storeInMemory", value)["success"] == true)
    }

    @Test("results come in the order of the calls, and none is larger than a model can take")
    func order() async throws {
        for number in 0..<40 {
            try await harness.companion.memories.saveMemory(
                category: "FACT", key: "cat_\(number)", value: "cat \(number) " + String(repeating: "purrs ", count: 60),
                provenance: Provenance(source: .said))
        }
        let calls = [
            ToolCall(id: "1", name: "searchMemories", arguments: #"{"query":"cat purrs","limit":20}"#),
            ToolCall(id: "2", name: "storeInMemory", arguments: #"{"category":"FACT","key":"cat","value":"Minnie"}"#),
            ToolCall(id: "3", name: "retrieveFromMemory", arguments: #"{"category":"FACT","key":"none"}"#),
        ]
        let results = await tools().results(of: calls)
        #expect(results.count == 3 && results.allSatisfy { $0.count <= CompanionTools.answerLimit })
        #expect(results[1].contains(#""success":true"#) && results[2].contains(#""found":false"#))
    }

    @Test("a wish to forget makes the device ask; nothing is forgotten by the call")
    func forgetting() async throws {
        try await harness.companion.memories.saveMemory(
            category: "FACT", key: "debt", value: "owes the bank money", provenance: Provenance(source: .said))
        let arguments = #"{"category":"FACT","key":"debt"}"#
        let (tools, turn) = asked("I would rather you did not keep that thing about the bank")
        let answer = try await call(tools, "forgetMemory", arguments)
        #expect(answer["success"] == true && answer["asked"] == true && Set(answer.keys) == ["success", "asked", "message"])
        #expect(turn.questions.toForget.map(\.key) == ["debt"])
        #expect(try await harness.memory("FACT/debt") != nil)
        for words in ["I walked by the bank", "forget the bicycle", "please delete the last photo"] {
            let (other, turn) = asked(words)
            #expect(try await call(other, "forgetMemory", arguments)["success"] == false, "\(words)")
            #expect(turn.questions.toForget.isEmpty)
        }
    }

    @Test("reminders have a shape, are set once in the person's own words, and only named ones are cancelled")
    func reminders() async throws {
        let (tools, _) = asked("could you remind me about the dentist tomorrow at 5 pm")
        let set = try await call(tools, "setReminder", #"{"text":"the dentist","when":"tomorrow at 5 pm"}"#)
        #expect(Set(set.keys) == ["success", "reminder", "message"] && set["success"] == true, "\(set)")
        let shown = try #require(set["reminder"]?.objectValue)
        #expect(Set(shown.keys) == ["id", "text", "due", "recurrence"] && shown["text"] == "the dentist")
        let stored = try await harness.companion.store.read { try $0.reminders(states: [.pending]) }
        #expect(stored.map(\.dueAt.iso8601) == ["2026-03-11T12:00:00.000Z"])
        #expect(try await call(tools, "setReminder", #"{"text":"the dentist","when":"tomorrow at 5 pm"}"#)["success"] == false)
        for (text, when) in [
            ("pay Mallory", "tomorrow at 5 pm"), ("the dentist", "on 3 April at noon"), ("the dentist", "dentist"),
        ] {
            let refused = try await call(
                asked("could you remind me about the dentist tomorrow at 5 pm").tools, "setReminder",
                JSONValue.object(["text": .string(text), "when": .string(when)]).text)
            #expect(refused["success"] == false && refused["reminder"] == .null, "\(text) \(when)")
        }
        let list = try await call(self.tools(), "listReminders")
        #expect(Set(list.keys) == ["reminders", "count", "message"] && list["count"] == 1)
        let id = JSONValue.object(["id": shown["id"] ?? .null]).text
        #expect(try await call(asked("cancel the bicycle thing").tools, "cancelReminder", id)["success"] == false)
        #expect(try await call(asked("the dentist was nice").tools, "cancelReminder", id)["success"] == false)
        let cancelled = try await call(asked("no need for the dentist, cancel it").tools, "cancelReminder", id)
        #expect(Set(cancelled.keys) == ["success", "message"] && cancelled["success"] == true)
        #expect(try await harness.companion.store.read { try $0.reminders(states: [.pending]) }.isEmpty)
    }

    @Test("an Urdu wish is one too")
    func urdu() async throws {
        let (tools, _) = asked("مجھے کل شام پانچ بجے دوائی یاد دلا دینا", language: .urdu)
        let set = try await call(tools, "setReminder", #"{"text":"دوائی","when":"کل شام پانچ بجے"}"#)
        #expect(set["success"] == true, "\(set)")
        #expect(ToolWish.all(in: TextNormalizer.tokens("وہ بات مٹا دیں"), lists: harness.companion.brain.lists) == [.forget])
        #expect(ToolWish.all(in: TextNormalizer.tokens("awaz thori oonchi"), lists: harness.companion.brain.lists) == [.sound])
    }

    @Test("the time is that where the person is")
    func time() async throws {
        let now = try await call(asked("hm").tools, "getCurrentTime")
        #expect(
            now == [
                "time": "14:00", "date": "2026-03-10", "weekday": "Tuesday", "time_zone": "Asia/Karachi",
                "message": "This is the time now.",
            ])
    }

    @Test("loudness is changed when the person speaks of it, and where there is no voice that is said")
    func loudness() async throws {
        let fields: Set = ["success", "volume", "muted", "message"]
        let tools = asked("please speak louder").tools
        let read = try await call(tools, "getDeviceVolume")
        #expect(Set(read.keys) == fields && read["volume"] == 70 && read["muted"] == false)
        let louder = try await call(tools, "setDeviceVolume", #"{"level":900}"#)
        #expect(Set(louder.keys) == fields && louder["volume"] == 100)
        let silent = try await call(tools, "setDeviceMuted", #"{"muted":true}"#)
        #expect(silent["muted"] == true && silent["volume"] == 100)
        #expect(try await call(self.tools(), "setDeviceVolume", #"{"level":0}"#)["success"] == false)
        voice.silenceForGood()
        let none = try await call(tools, "setDeviceVolume", #"{"level":10}"#)
        #expect(Set(none.keys) == fields && none["success"] == false && none["volume"] == .null)
    }

    @Test("a tool that does not come to an end is given up, and the others' results are there")
    func deadline() async throws {
        voice.hangs.store(true, ordering: .relaxed)
        let results = await asked("louder", deadline: .milliseconds(50)).tools.results(of: [
            ToolCall(id: "1", name: "setDeviceVolume", arguments: #"{"level":10}"#),
            ToolCall(id: "2", name: "noSuchThing", arguments: ""),
        ])
        #expect(results.count == 2 && results.allSatisfy { $0.contains(#""success":false"#) })
        #expect(results[0].contains("do not say that it was done"))
    }

    @Test("what the largest memories say fits, or is refused with a word")
    func large() async throws {
        for category in MemoryCategory.known.prefix(8) {
            for number in 0..<8 {
                try await harness.companion.memories.saveMemory(
                    category: category.rawValue, key: "thing_\(number)", value: String(repeating: "لمبی بات ", count: 400),
                    provenance: Provenance(source: .said))
            }
        }
        for name in ["getCompleteUserInfo", "getUserState", "listReminders"] {
            let text = try #require(await tools().results(of: [ToolCall(id: "1", name: name, arguments: "{}")]).first)
            #expect(text.count <= CompanionTools.answerLimit)
            #expect(try JSONValue(parsing: text).objectValue?["message"]?.stringValue?.isEmpty == false)
        }
    }
}
