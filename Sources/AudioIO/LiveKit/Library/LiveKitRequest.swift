/// One thing that LiveKit's library can be asked for.
///
/// Numbers of fields are from the protocol of livekit-ffi 0.13 as the Python package livekit 1.2.1 carries it
/// (`livekit/rtc/_proto/ffi_pb2.py`, `room_pb2.py`, `audio_frame_pb2.py`, `data_stream_pb2.py`, `rpc_pb2.py`); the comments name the
/// messages. A required field that is left out is not refused by the library but read as nothing, so all of them are written.
struct LiveKitRequest: Sendable {
    /// What it is, for messages: "join the room".
    let name: String
    /// Its number in `FfiRequest`.
    private let field: Int
    /// Where its message says under which number the answer is waited for; `nil` when it is answered at once.
    private let callField: Int?
    private let content: WireWriter

    init(_ name: String, _ field: Int, callField: Int? = nil, _ fill: (inout WireWriter) -> Void) {
        var content = WireWriter()
        fill(&content)
        (self.name, self.field, self.callField, self.content) = (name, field, callField, content)
    }

    func bytes(callID: UInt64?) -> [UInt8] {
        var content = content
        if let callField, let callID { content.put(callField, callID) }
        var message = WireWriter()
        message.put(field, bytes: content.bytes)
        return message.bytes
    }

    /// Gives back what is ours in an answer for which nobody waits any more.
    /// - Parameter kind: its number in `FfiEvent`.
    static func giveBack(answer: WireReader, ofKind kind: Int, to library: LiveKitLibrary) {
        switch kind {
        case 5:
            let joined = RoomJoined(answer[3], of: library)
            // Nobody would ever leave this room otherwise.
            if let room = joined?.room { _ = try? library.request(.disconnect(room: room.id)) }
        case 9: _ = library.own(answer[3])
        case 31, 37: _ = library.own(answer[2])
        default: break
        }
    }
}

extension LiveKitRequest {
    // MARK: Rooms

    /// `ConnectRequest`; streams of others longer than `streamBytes` are ended by the library.
    static func connect(url: String, token: String, streamBytes: Int) -> LiveKitRequest {
        LiveKitRequest("join the room", 3, callField: 4) {
            $0.put(1, url)
            $0.put(2, token)
            $0.put(3) { options in
                options.put(1, true)
                options.put(10) { $0.put(1, streamBytes) }
            }
        }
    }

    /// `ReadyForRoomEventRequest`: has to come within 15 s of the connection, or the library gives up as a whole.
    static func ready(room: UInt64) -> LiveKitRequest {
        LiveKitRequest("tell what happens in the room", 83) { $0.put(1, room) }
    }

    static func disconnect(room: UInt64) -> LiveKitRequest {
        LiveKitRequest("leave the room", 4, callField: 2) { $0.put(1, room) }
    }

    /// `SetLocalAttributesRequest`
    static func setAttributes(_ attributes: [String: String], me: UInt64) -> LiveKitRequest {
        LiveKitRequest("set attributes", 11, callField: 3) {
            $0.put(1, me)
            $0.put(2, map: attributes)
        }
    }

    // MARK: Sound

    /// `NewAudioSourceRequest` without a queue: frames go on to the encoder as they come. A queue whose length is no multiple of
    /// 10 ms would abort the process.
    static func audioSource(rate: Int) -> LiveKitRequest {
        LiveKitRequest("take sound", 26) {
            $0.put(1, 0)
            $0.put(3, rate)
            $0.put(4, 1)
            $0.put(5, 0)
        }
    }

    static func audioTrack(name: String, source: UInt64) -> LiveKitRequest {
        LiveKitRequest("make a track", 16) {
            $0.put(1, name)
            $0.put(2, source)
        }
    }

    /// `PublishTrackRequest` with `TrackPublishOptions`.
    static func publish(track: UInt64, _ settings: VoiceTrackSettings, me: UInt64) -> LiveKitRequest {
        LiveKitRequest("publish a track", 5, callField: 4) {
            $0.put(1, me)
            $0.put(2, track)
            $0.put(3) { options in
                options.put(2) { $0.put(1, settings.bitrate) }
                options.put(4, settings.isDiscontinuous)
                options.put(5, settings.isRedundant)
                options.put(7, settings.source.rawValue)
            }
        }
    }

    static func unpublish(sid: String, me: UInt64) -> LiveKitRequest {
        LiveKitRequest("unpublish a track", 6, callField: 4) {
            $0.put(1, me)
            $0.put(2, sid)
            $0.put(3, false)
        }
    }

    static func mute(_ isMuted: Bool, track: UInt64) -> LiveKitRequest {
        LiveKitRequest("mute a track", 17) {
            $0.put(1, track)
            $0.put(2, isMuted)
        }
    }

    /// `CaptureAudioFrameRequest`: the samples are copied before the request returns.
    static func capture(_ samples: UnsafeBufferPointer<Int16>, rate: Int, source: UInt64) -> LiveKitRequest {
        LiveKitRequest("send sound", 27) {
            $0.put(1, source)
            $0.put(2) {
                $0.put(1, UInt(bitPattern: samples.baseAddress))
                $0.put(2, 1)
                $0.put(3, rate)
                $0.put(4, samples.count)
            }
        }
    }

    /// `NewAudioStreamRequest`: one channel, frames of 10 ms, and of more than ten that wait the oldest are dropped.
    static func audioStream(track: UInt64, rate: Int) -> LiveKitRequest {
        LiveKitRequest("listen to a track", 25) {
            $0.put(1, track)
            $0.put(2, 0)
            $0.put(3, rate)
            $0.put(4, 1)
            $0.put(7, 10)
            $0.put(8, 10)
        }
    }

    /// `SetSubscribedRequest`
    static func subscribe(_ isWanted: Bool, publication: UInt64) -> LiveKitRequest {
        LiveKitRequest("choose what is received", 8) {
            $0.put(1, isWanted)
            $0.put(2, publication)
        }
    }

    // MARK: Data

    /// `PublishDataRequest`: the bytes are copied before the request returns.
    static func data(
        _ bytes: UnsafeRawBufferPointer, topic: String, isReliable: Bool, to: [String], me: UInt64
    ) -> LiveKitRequest {
        LiveKitRequest("send data", 7, callField: 8) {
            $0.put(1, me)
            $0.put(2, UInt(bitPattern: bytes.baseAddress))
            $0.put(3, bytes.count)
            $0.put(4, isReliable)
            $0.put(6, topic)
            $0.put(7, all: to)
        }
    }

    /// `StreamSendTextRequest`
    static func sendText(_ text: String, _ options: RoomStreamOptions, me: UInt64) -> LiveKitRequest {
        LiveKitRequest("send text", 60, callField: 4) {
            $0.put(1, me)
            $0.put(2) { options.writeText(to: &$0) }
            $0.put(3, text)
        }
    }

    /// `TextStreamOpenRequest`
    static func openText(_ options: RoomStreamOptions, me: UInt64) -> LiveKitRequest {
        LiveKitRequest("begin a text", 64, callField: 3) {
            $0.put(1, me)
            $0.put(2) { options.writeText(to: &$0) }
        }
    }

    static func writeText(_ text: String, writer: UInt64) -> LiveKitRequest {
        LiveKitRequest("send text", 65, callField: 3) {
            $0.put(1, writer)
            $0.put(2, text)
        }
    }

    /// `TextStreamWriterCloseRequest`, which takes the writer away.
    static func closeText(attributes: [String: String], writer: UInt64) -> LiveKitRequest {
        LiveKitRequest("end a text", 66, callField: 3) {
            $0.put(1, writer)
            $0.put(2, "")
            $0.put(4, map: attributes)
        }
    }

    /// `StreamSendBytesRequest`
    static func sendBytes(_ bytes: [UInt8], _ options: RoomStreamOptions, me: UInt64) -> LiveKitRequest {
        LiveKitRequest("send bytes", 67, callField: 4) {
            $0.put(1, me)
            $0.put(2) { options.writeBytes(to: &$0) }
            $0.put(3, bytes: bytes)
        }
    }

    /// `StreamSendFileRequest`
    static func sendFile(_ path: String, _ options: RoomStreamOptions, me: UInt64) -> LiveKitRequest {
        LiveKitRequest("send a file", 59, callField: 4) {
            $0.put(1, me)
            $0.put(2) { options.writeBytes(to: &$0) }
            $0.put(3, path)
        }
    }

    /// `TextStreamReaderReadIncrementalRequest` or its like for bytes; takes the reader away.
    static func read(isText: Bool, reader: UInt64) -> LiveKitRequest {
        LiveKitRequest("read a stream", isText ? 57 : 54) { $0.put(1, reader) }
    }

    // MARK: Calls

    /// `PerformRpcRequest`
    static func perform(
        _ method: String, _ payload: String, of identity: String, milliseconds: Int, me: UInt64
    ) -> LiveKitRequest {
        LiveKitRequest("call \(method)", 38, callField: 6) {
            $0.put(1, me)
            $0.put(2, identity)
            $0.put(3, method)
            $0.put(4, payload)
            $0.put(5, milliseconds)
        }
    }

    static func register(_ method: String, me: UInt64) -> LiveKitRequest {
        LiveKitRequest("offer \(method)", 39) {
            $0.put(1, me)
            $0.put(2, method)
        }
    }

    /// `RpcMethodInvocationResponseRequest` with `RpcError`
    static func respond(_ result: Result<String, RoomCallFailure>, to invocation: UInt64, me: UInt64) -> LiveKitRequest {
        LiveKitRequest("answer a call", 41) {
            $0.put(1, me)
            $0.put(2, invocation)
            switch result {
            case .success(let payload): $0.put(3, payload)
            case .failure(let failure):
                $0.put(4) {
                    $0.put(1, failure.code)
                    $0.put(2, failure.message)
                    if let data = failure.data { $0.put(3, data) }
                }
            }
        }
    }
}
