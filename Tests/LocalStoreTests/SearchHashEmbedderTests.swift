import Testing

@testable import LocalStore

@Suite struct SearchHashEmbedderTests {
    let embedder = HashEmbedder()

    @Test("The same words give the same bytes, now and in every later version")
    func isStable() {
        let vector = embedder.embed("favourite food: بریانی")
        #expect(vector == embedder.embed("favourite food: بریانی"))
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in vector.blob { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        #expect(hash == 2_410_406_587_383_958_052)
    }

    @Test("A text is closest to itself, near to inflected and misspelt forms, far from others")
    func ordersByLikeness() {
        let biryani = embedder.embed("chicken biryani")
        #expect(abs(biryani.cosine(biryani) - 1) < 0.001)
        let misspelt = biryani.cosine(embedder.embed("chiken biriyani"))
        let other = biryani.cosine(embedder.embed("weekend travel plan"))
        #expect(misspelt > 0.15)
        #expect(misspelt > 3 * other)
    }

    @Test("Blank text is similar to nothing", arguments: ["", "   ", "؟!", "the"])
    func blankIsZero(text: String) {
        let zero = embedder.embed(text)
        #expect(zero.isZero)
        #expect(zero.cosine(zero) == 0)
        #expect(zero.cosine(embedder.embed("tea")) == 0)
    }

    @Test(
        "A probe measures what comparing embedded vectors measures",
        arguments: ["chicken biryani", "biryani", "بریانی اور chai", ""])
    func probeAgrees(text: String) {
        let query = embedder.embed("favourite food: chicken biryani بریانی")
        var probe = HashProbe(query)
        _ = probe.cosine(terms: "something before")
        let terms = TextNormalizer.indexTerms(text).joined(separator: " ")
        #expect(abs(probe.cosine(terms: terms) - Double(query.cosine(embedder.embed(text)))) < 0.01)
    }

    @Test("Stored bytes read back; foreign bytes do not")
    func blobs() {
        let vector = embedder.embed("میرا نام")
        func read(_ bytes: [UInt8]) -> UnitVector? { bytes.withUnsafeBytes { UnitVector(blob: $0) } }
        #expect(read(vector.blob) == vector)
        #expect(read(vector.blob.dropLast()) == nil)
        #expect(read([0, 0, 0xC0, 0x7F] + [UInt8](repeating: 0, count: HashEmbedder.dimension)) == nil)
    }
}
