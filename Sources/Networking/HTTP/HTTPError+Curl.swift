import CCurl

extension HTTPError {
    /// libcurl's verdict in our terms; nil when all went well.
    init?(_ code: CURLcode, host: String) {
        let text = String(cString: curl_easy_strerror(code))
        switch code {
        case CURLE_OK: return nil
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: self = .unresolved(host: host)
        case CURLE_COULDNT_CONNECT: self = .unreachable("\(host): \(text)")
        case CURLE_OPERATION_TIMEDOUT: self = .timedOut(host)
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CERTPROBLEM, CURLE_SSL_INVALIDCERTSTATUS,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CONNECT_ERROR:
            self = .untrusted("\(host): \(text)")
        case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: self = .invalidRequest(text)
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2, CURLE_HTTP2_STREAM,
            CURLE_BAD_CONTENT_ENCODING, CURLE_WEIRD_SERVER_REPLY:
            self = .interrupted("\(host): \(text)")
        default: self = .other(code: Int(code.rawValue), text)
        }
    }
}
