import CCrypto
import Foundation

/// Message digests, by libcrypto.
package enum Digest {
    package static func sha256(_ data: Data) -> Data { digest(data, EVP_sha256()) }

    /// Only for protocols that name it, as the WebSocket handshake does; not for trust.
    package static func sha1(_ data: Data) -> Data { digest(data, EVP_sha1()) }

    /// Tells whoever has the key that the data is what it was (RFC 2104).
    package static func hmacSHA256(_ data: Data, key: Data) -> Data {
        var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        _ = data.withUnsafeBytes { bytes in
            key.withUnsafeBytes { key in
                HMAC(
                    EVP_sha256(), key.baseAddress, Int32(key.count), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count,
                    &result, &length)
            }
        }
        return Data(result.prefix(Int(length)))
    }

    private static func digest(_ data: Data, _ algorithm: OpaquePointer?) -> Data {
        var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        _ = data.withUnsafeBytes { bytes in
            EVP_Digest(bytes.baseAddress, bytes.count, &result, &length, algorithm, nil)
        }
        return Data(result.prefix(Int(length)))
    }
}

/// SHA-256 of what comes in pieces.
package final class StreamingSHA256 {
    private let context: OpaquePointer?

    package init() {
        context = EVP_MD_CTX_new()
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    package func update(_ data: Data) {
        _ = data.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    }

    /// The digest in hexadecimal, lower case. The last call.
    package func finish() -> String {
        var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        EVP_DigestFinal_ex(context, &result, &length)
        return result.prefix(Int(length)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
