import CCrypto
import Foundation

/// Message digests, by libcrypto.
package enum Digest {
    package static func sha256(_ data: Data) -> Data { digest(data, EVP_sha256()) }

    /// Only for protocols that name it, as the WebSocket handshake does; not for trust.
    package static func sha1(_ data: Data) -> Data { digest(data, EVP_sha1()) }

    private static func digest(_ data: Data, _ algorithm: OpaquePointer?) -> Data {
        var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        _ = data.withUnsafeBytes { bytes in
            EVP_Digest(bytes.baseAddress, bytes.count, &result, &length, algorithm, nil)
        }
        return Data(result.prefix(Int(length)))
    }
}
