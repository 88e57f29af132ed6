import Foundation
import Testing

@testable import Networking

@Suite struct MultipartFormTests {
    @Test("fields and files stand between borders that are in none of them")
    func form() throws {
        var form = MultipartForm()
        form.add("language", "ur")
        form.add("file", file: "a\"b\r\nX: y.ogg", type: "audio/ogg", Data([0, 1, 0x0D, 0x0A, 255]))
        let (type, body) = form.encoded()
        let border = try #require(type.value.split(separator: "=").last.map(String.init))
        #expect(type.name == "Content-Type" && type.value.hasPrefix("multipart/form-data; boundary="))
        let expected =
            Data("--\(border)\r\nContent-Disposition: form-data; name=\"language\"\r\n\r\nur\r\n--\(border)\r\n".utf8)
            + Data("Content-Disposition: form-data; name=\"file\"; filename=\"a%22b%0D%0AX: y.ogg\"\r\n".utf8)
            + Data("Content-Type: audio/ogg\r\n\r\n".utf8) + Data([0, 1, 0x0D, 0x0A, 255]) + Data("\r\n--\(border)--\r\n".utf8)
        #expect(body == expected)
    }
}
