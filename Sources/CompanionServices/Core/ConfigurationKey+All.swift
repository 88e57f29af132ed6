extension ConfigurationKey {
    package static let dataDirectory = ConfigurationKey(
        "COMPANION_DATA_DIR", .path, example: "/var/lib/companion-edge", group: .companion,
        help: "Where everything the companion knows is kept. Without it: $XDG_DATA_HOME/companion-edge, "
            + "or ~/.local/share/companion-edge.")
    package static let configurationFile = ConfigurationKey(
        "COMPANION_CONFIG", .path, example: "/etc/companion-edge/config", group: .companion,
        help: "The configuration file, in the syntax of this one. Without it the first of "
            + "$XDG_CONFIG_HOME/companion-edge/config (~/.config/companion-edge/config) and /etc/companion-edge/config that is there."
    )
    package static let user = ConfigurationKey(
        "COMPANION_USER", .text, example: "Amina", group: .companion, isPersonal: true,
        help: "Whose companion it is, a UUID or a name, when several people are known and no --user is given.")
    package static let language = ConfigurationKey(
        "COMPANION_LANGUAGE", .choice(["auto"] + Language.allCases.map(\.rawValue)), default: "auto", example: "ur",
        group: .companion, isPersonal: true,
        help: "The language of answers: English, Urdu, Urdu in Latin letters, or the one the person writes (auto).")
    package static let timeZone = ConfigurationKey(
        "COMPANION_TIME_ZONE", .timeZone, default: "Asia/Karachi", example: "Europe/London", group: .companion,
        isPersonal: true, help: "The time zone of the person, for greetings, dates and reminders.")
    package static let logLevel = ConfigurationKey(
        "COMPANION_LOG_LEVEL", .choice(["trace", "debug", "info", "notice", "warning", "error", "critical"]),
        default: "notice", example: "info", group: .companion,
        help: "How much is logged to standard error. What people say is never logged.")
    package static let authorities = ConfigurationKey(
        "COMPANION_CA_FILE", .path, example: "/etc/ssl/home-ca.pem", group: .companion,
        help: "Certificate authorities (PEM) to trust instead of the system's, for servers in a private network.")
    package static let noColour = ConfigurationKey(
        "NO_COLOR", .presence, example: "1", group: .companion, isPersonal: true,
        help: "Set to anything, it keeps colours out of the terminal.")

    package static let supabaseURL = ConfigurationKey(
        "SUPABASE_URL", .projectAddress, example: "https://abcdefgh.supabase.co", group: .supabase,
        help: "The Supabase project that the person's devices share. Without it everything stays on this device.")
    package static let supabaseAnonKey = ConfigurationKey(
        "SUPABASE_ANON_KEY", .publicSupabaseKey, example: "sb_publishable_...", group: .supabase,
        help: "The project's anon (publishable) key. What a device may see is decided by who is signed in.")
    package static let supabaseServiceRoleKey = ConfigurationKey(
        "SUPABASE_SERVICE_ROLE_KEY",
        .refused(
            reason: "it opens every person's rows to whoever holds this device; "
                + "remove it here, keep it on the server, and set SUPABASE_ANON_KEY instead"),
        example: "", group: .supabase,
        help: "Must not be on a device: it opens every person's rows. The program refuses to start with it.")

    package static let openAIKey = ConfigurationKey(
        "OPENAI_API_KEY", .secret, example: "sk-...", group: .models,
        help: "Key of the cloud's language models. Without it the embedded brain answers.")
    package static let openAIBaseURL = ConfigurationKey(
        "OPENAI_BASE_URL", .url(schemes: ["https", "http"]), default: "https://api.openai.com/v1",
        example: "http://127.0.0.1:8080/v1", group: .models,
        help: "Address of the OpenAI-compatible interface; a local server such as llama.cpp works too.")
    package static let openAIModel = ConfigurationKey(
        "OPENAI_MODEL", .text, default: "gpt-4o-mini", example: "gpt-4o", group: .models,
        help: "The model that answers, by the name its server knows it by.")
    package static let modelServer = ConfigurationKey(
        "COMPANION_MODEL_SERVER", .addressOr(["auto", "off"], schemes: ["https", "http"]), default: "auto",
        example: "http://192.168.1.20:8080/v1", group: .models,
        help:
            "A server nearby that answers when the cloud does not: its address, or auto to look on this machine at the ports of "
            + "llama.cpp (8080), Ollama (11434) and vLLM (8000), or off.")
    package static let localModel = ConfigurationKey(
        "COMPANION_LOCAL_MODEL", .text, example: "qwen2.5:3b", group: .models,
        help: "The model to ask at that server. Without it the first that it names.")
    package static let modelPatience = ConfigurationKey(
        "COMPANION_MODEL_PATIENCE_MS", .integer(200...30_000), default: "1200", example: "2000", group: .models,
        help: "How many milliseconds the cloud's first words may take before the next in line is asked too.")
    package static let dailyTokens = ConfigurationKey(
        "COMPANION_DAILY_TOKENS", .integer(0...1_000_000_000), example: "200000", group: .models,
        help:
            "How many tokens the cloud's models may read and say for each person in a day; then the companion goes on without them "
            + "until midnight. Without it there is no limit.")
    package static let dailyCost = ConfigurationKey(
        "COMPANION_DAILY_COST", .amount, example: "0.50", group: .models,
        help: "The same limit as money, counted by COMPANION_MODEL_PRICES, in their currency.")
    package static let modelPrices = ConfigurationKey(
        "COMPANION_MODEL_PRICES", .prices,
        default: "gpt-4o-mini=0.15/0.60/0.075,gpt-4o=2.50/10.00/1.25,text-embedding-3-small=0.02/0,text-embedding-3-large=0.13/0",
        example: "gpt-4o-mini=0.15/0.60,*=1/2", group: .models,
        help:
            "What a million tokens cost, read/said, or read/said/known from before, by the name of the model; * is every other model. "
            + "The default is in US dollars and may be out of date.")
    package static let embeddingModel = ConfigurationKey(
        "COMPANION_EMBEDDING_MODEL", .text, example: "text-embedding-3-small", group: .models,
        help:
            "The model that says what memories and questions are about, so that they are found in other words too: at "
            + "OPENAI_BASE_URL, or at COMPANION_EMBEDDING_SERVER. Without it nothing goes anywhere for that. A new name makes all "
            + "vectors anew.")
    package static let embeddingServer = ConfigurationKey(
        "COMPANION_EMBEDDING_SERVER", .url(schemes: ["https", "http"]), example: "http://127.0.0.1:8081/v1", group: .models,
        help: "The server of that model, where it is another than OPENAI_BASE_URL: llama.cpp with --embeddings works too.")
    package static let embeddingKey = ConfigurationKey(
        "COMPANION_EMBEDDING_KEY", .secret, example: "sk-...", group: .models,
        help: "Key of COMPANION_EMBEDDING_SERVER, if it wants one; OPENAI_API_KEY is not shown to it.")
    package static let allowPlainHTTP = ConfigurationKey(
        "COMPANION_ALLOW_PLAIN_HTTP", .bool, default: "false", example: "true", group: .models,
        help: "Allows http:// to model servers outside the home's network, where what people tell can be read on its way.")
    package static let modelsDirectory = ConfigurationKey(
        "COMPANION_MODELS_DIR", .path, example: "/srv/companion-models", group: .speech,
        help: "Where 'models install' puts speech models. Without it: the folder models in the data directory. Models beside the "
            + "program ('models install --system') are found too.")
    package static let speakingVoice = ConfigurationKey(
        "COMPANION_SPEAKING_VOICE", .text, example: "en-gb", group: .speech, isPersonal: true,
        help: "The voice for English: piper-joe, or one of espeak-ng. Without it the best that is installed.")
    package static let wakeWords = ConfigurationKey(
        "COMPANION_WAKE_WORDS", .text, example: "hey_jarvis,okay_nabu", group: .speech,
        help:
            "The wake words to listen for, of those installed: alexa, hey_jarvis, hey_mycroft, okay_nabu. Without it all of them."
    )
    package static let microphone = ConfigurationKey(
        "COMPANION_MICROPHONE", .text, default: "default", example: "alsa:hw:CARD=Device,DEV=0", group: .speech,
        help: "The microphone, as 'devices list' names it.")
    package static let loudspeaker = ConfigurationKey(
        "COMPANION_LOUDSPEAKER", .text, default: "default", example: "alsa:hw:CARD=Device,DEV=0", group: .speech,
        help: "The loudspeaker, as 'devices list' names it.")
    package static let voiceMode = ConfigurationKey(
        "COMPANION_VOICE", .choice(["off", "open", "wake-word", "push-to-talk"]), default: "off", example: "open", group: .speech,
        help: "Whether the daemon listens: always (open), after a wake word, or not (off). 'talk' takes it as the way to be "
            + "addressed.")
    package static let echoCanceller = ConfigurationKey(
        "COMPANION_ECHO_CANCELLER", .choice(["auto", "livekit", "speexdsp"]), default: "auto", example: "speexdsp",
        group: .speech,
        help: "What takes the companion's own voice out of the microphone's sound at home: livekit, WebRTC's in LiveKit's "
            + "library, which takes out almost all of it; speexdsp; or livekit where that library is installed and speexdsp "
            + "elsewhere (auto).")
    package static let noiseSuppression = ConfigurationKey(
        "COMPANION_NOISE_SUPPRESSION", .integer(0...40), default: "0", example: "12", group: .speech,
        help: "By how many dB steady noise in the microphone's sound is lowered. 0 leaves it: recognisers are used to noise, so "
            + "try it only where a fan or a street is always there.")
    package static let automaticGain = ConfigurationKey(
        "COMPANION_AUTOMATIC_GAIN", .bool, default: "false", example: "true", group: .speech,
        help: "Whether quiet voices are brought up to a usual loudness, for a microphone that is far away or cannot be turned up."
    )
    package static let upliftBaseURL = ConfigurationKey(
        "UPLIFTAI_BASE_URL", .url(schemes: ["wss", "ws", "https", "http"]), default: "wss://api.upliftai.org",
        example: "wss://api.upliftai.org", group: .speech, help: "Address of Uplift AI's Urdu voices.")
    package static let upliftKey = ConfigurationKey(
        "UPLIFTAI_API_KEY", .secret, example: "sk_api_...", group: .speech,
        help: "Key of Uplift AI's Urdu voices. With it they speak Urdu, and the voice of this device when they do not.")
    package static let upliftVoice = ConfigurationKey(
        "UPLIFTAI_VOICE_ID", .text, default: "v_meklc281", example: "v_8eelc901", group: .speech,
        help: "Which of Uplift AI's voices speaks.")
    package static let speechServer = ConfigurationKey(
        "COMPANION_SPEECH_SERVER", .url(schemes: ["https", "http"]), example: "http://192.168.1.20:8000/v1", group: .speech,
        help: "A server that speaks and hears, with OpenAI's interface, where that is another than OPENAI_BASE_URL.")
    package static let speechKey = ConfigurationKey(
        "COMPANION_SPEECH_KEY", .secret, example: "sk-...", group: .speech,
        help: "Key of COMPANION_SPEECH_SERVER, if it wants one; OPENAI_API_KEY is not shown to it.")
    package static let speechModel = ConfigurationKey(
        "COMPANION_SPEECH_MODEL", .text, example: "gpt-4o-mini-tts", group: .speech,
        help: "The model of that server, or of OPENAI_BASE_URL, that speaks. Without it none does.")
    package static let speechVoice = ConfigurationKey(
        "COMPANION_SPEECH_VOICE", .text, default: "alloy", example: "nova", group: .speech,
        help: "The voice with which that model speaks.")
    package static let transcriptionModel = ConfigurationKey(
        "COMPANION_TRANSCRIPTION_MODEL", .text, example: "gpt-4o-mini-transcribe", group: .speech,
        help: "The model there that understands what is said, in English and in Urdu. Without it no sound goes there.")
    package static let wyomingRecogniser = ConfigurationKey(
        "COMPANION_WYOMING_STT", .peerAddress, example: "tcp://192.168.1.20:10300", group: .speech,
        help: "A Wyoming server that understands what is said: tcp://host:port or unix:///path.")
    package static let wyomingVoice = ConfigurationKey(
        "COMPANION_WYOMING_TTS", .peerAddress, example: "tcp://192.168.1.20:10200", group: .speech,
        help: "A Wyoming server that speaks.")
    package static let wyomingWakeWord = ConfigurationKey(
        "COMPANION_WYOMING_WAKE", .peerAddress, example: "tcp://192.168.1.20:10400", group: .speech,
        help: "A Wyoming server that listens for wake words. What the microphone hears goes there all the time.")
    package static let speechPatience = ConfigurationKey(
        "COMPANION_SPEECH_PATIENCE_MS", .integer(200...30_000), default: "1500", example: "2500", group: .speech,
        help: "How many milliseconds a service may take to begin to speak, or to tell what was said, before this device does it "
            + "itself.")

    package static let liveKitURL = ConfigurationKey(
        "LIVEKIT_URL", .url(schemes: ["wss", "ws", "https", "http"]), example: "wss://example.livekit.cloud", group: .rooms,
        help: "The LiveKit server whose rooms the companion may enter.")
    package static let liveKitKey = ConfigurationKey(
        "LIVEKIT_API_KEY", .secret, example: "API...", group: .rooms, help: "Key of the LiveKit server.")
    package static let liveKitSecret = ConfigurationKey(
        "LIVEKIT_API_SECRET", .secret, example: "(the secret that belongs to the key)", group: .rooms,
        help: "Secret of the LiveKit key. With both the device gives itself tokens; whoever has them can enter every room.")
    package static let liveKitToken = ConfigurationKey(
        "LIVEKIT_TOKEN", .secret, example: "eyJ...", group: .rooms,
        help: "A token for one room, made elsewhere. It comes before LIVEKIT_TOKEN_URL and the key.")
    package static let liveKitTokenURL = ConfigurationKey(
        "LIVEKIT_TOKEN_URL", .url(schemes: ["https", "http"]), example: "https://example.org/livekit/token", group: .rooms,
        help: "Where a token can be had, so that no key has to be on this device: asked by POST with room_name and "
            + "participant_identity, it answers with participant_token and server_url. It comes before the key.")
    package static let liveKitRoom = ConfigurationKey(
        "LIVEKIT_ROOM", .text, example: "home", group: .rooms,
        help: "The room to join, where the token does not say it already.")
    package static let rooms = ConfigurationKey(
        "COMPANION_ROOMS", .choice(["off", "worker"]), default: "off", example: "worker", group: .rooms,
        help:
            "Whether the daemon waits at the LiveKit server to be called into rooms (worker), so that a phone reaches the companion "
            + "at home. It takes LIVEKIT_URL, the key and the secret.")
    package static let roomAgentName = ConfigurationKey(
        "COMPANION_ROOM_AGENT", .text, example: "home-companion", group: .rooms,
        help:
            "The name by which rooms ask for the companion (COMPANION_ROOMS, 'agent --worker'). Without one it is called into every new room of "
            + "the server.")
    package static let roomBitrate = ConfigurationKey(
        "COMPANION_ROOM_BITRATE", .integer(6_000...510_000), default: "32000", example: "16000", group: .rooms,
        help: "Bits a second for the voice that is sent into a room, at most. 16000 is still well understood; music wants 64000.")
    package static let roomSkipsSilence = ConfigurationKey(
        "COMPANION_ROOM_DTX", .bool, default: "true", example: "false", group: .rooms,
        help: "Whether next to nothing is sent into a room while nobody speaks. Without it the others hear the noise of the room."
    )
    package static let roomRedundancy = ConfigurationKey(
        "COMPANION_ROOM_RED", .bool, default: "true", example: "false", group: .rooms,
        help: "Whether sound is sent into a room twice, against lines that lose some of it. It takes twice the bits.")

    package static let redisEnabled = ConfigurationKey(
        "REDIS_ENABLED", .bool, default: "true", example: "false", group: .cache,
        help: "Whether a Redis is used as a cache behind the device's own, when one answers at REDIS_URL.")
    package static let redisURL = ConfigurationKey(
        "REDIS_URL", .redisAddress, default: "redis://localhost:6379/0", example: "redis://:password@cache.home:6379/0",
        group: .cache,
        help: "Where the Redis is, with the number of its database: redis://, rediss:// for TLS, or unix:///run/redis.sock?db=0.")

    package static let monitoringTools = ConfigurationKey(
        "COMPANION_MONITORING_TOOLS", .bool, default: "false", example: "true", group: .development,
        help: "Whether the cloud's model may call getConnectionPoolStats, getRedisCacheStats, getDatabaseBatchStats and "
            + "getMemoryStats. 'status --json' shows the same.")
    package static let useTestUser = ConfigurationKey(
        "USE_TEST_USER", .bool, default: "false", example: "true", group: .development,
        help: "Lets a caller whose identity cannot be read be TEST_USER_ID. For development only.")
    package static let testUserID = ConfigurationKey(
        "TEST_USER_ID", .uuid, example: "3f6c1d2e-8a4b-4c5d-9e6f-7a8b9c0d1e2f", group: .development,
        help: "The test person. Used only with USE_TEST_USER=true; there is no default.")

    /// In the order of the documentation.
    package static let all: [ConfigurationKey] = [
        dataDirectory, configurationFile, user, language, timeZone, logLevel, authorities, noColour, supabaseURL, supabaseAnonKey,
        supabaseServiceRoleKey, openAIKey, openAIBaseURL, openAIModel, modelServer, localModel, modelPatience, dailyTokens,
        dailyCost, modelPrices, embeddingModel, embeddingServer, embeddingKey, allowPlainHTTP,
        modelsDirectory, speakingVoice, wakeWords, microphone, loudspeaker, voiceMode, echoCanceller, noiseSuppression,
        automaticGain, upliftBaseURL, upliftKey, upliftVoice, speechServer, speechKey, speechModel, speechVoice,
        transcriptionModel, wyomingRecogniser, wyomingVoice, wyomingWakeWord, speechPatience, liveKitURL, liveKitKey,
        liveKitSecret, liveKitToken, liveKitTokenURL, liveKitRoom, rooms, roomAgentName, roomBitrate, roomSkipsSilence,
        roomRedundancy, redisEnabled, redisURL,
        monitoringTools, useTestUser, testUserID,
    ]

    package static func named(_ name: String) -> ConfigurationKey? { byName[name] }

    private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })
}
