import Core
import Testing
import Web

@Suite("RFC 6901: a wrong member is named by its pointer")
struct JSONReaderTests {
    private func reader(_ text: String) throws -> JSONReader { JSONReader(try JSONParser.parse(text)) }

    private func pointer(_ body: () throws -> Void) -> String? {
        do {
            try body()
            return nil
        } catch let problem as Problem {
            return problem.errors.first?.pointer
        } catch {
            return "another error"
        }
    }

    @Test func `members of the right kind are read`() throws {
        let reader = try reader(
            #"{"hall":"jinan","n":3,"on":true,"items":["a","b"],"start":"2026-11-23T09:30:00+08:00","day":"2026-11-23","o":{"x":"y"},"none":null}"#
        )
        #expect(try reader.string("hall") == "jinan")
        #expect(try reader.integer("n", range: 1...5) == 3)
        #expect(try reader.bool("on"))
        #expect(try reader.strings("items", maxCount: 2) == ["a", "b"])
        #expect(try reader.instant("start") == Instant(seconds: 1_795_397_400))
        #expect(try reader.date("day").day == 23)
        #expect(try reader.object("o").string("x") == "y")
        #expect(try reader.optionalString("none") == nil)
        #expect(try reader.optionalInteger("absent", range: 0...1) == nil)
    }

    @Test func `what is wrong is named`() throws {
        let reader = try reader(#"{"a/b":1,"n":9,"s":"","list":["x",1],"o":{"p":7},"t":"now","e":[]}"#)
        #expect(pointer { _ = try reader.string("a/b") } == "/a~1b")
        #expect(pointer { _ = try reader.string("absent") } == "/absent")
        #expect(pointer { _ = try reader.integer("n", range: 0...5) } == "/n")
        #expect(pointer { _ = try reader.string("s") } == "/s")
        #expect(pointer { _ = try reader.strings("list", maxCount: 5) } == "/list/1")
        #expect(pointer { _ = try reader.strings("list", maxCount: 1) } == "/list")
        #expect(pointer { _ = try reader.strings("e", maxCount: 1) } == "/e")
        #expect(pointer { _ = try reader.object("o").string("p") } == "/o/p")
        #expect(pointer { _ = try reader.instant("t") } == "/t")
        #expect(pointer { try reader.rejectUnknown(["n", "s", "list", "o", "t", "e"]) } == "/a~1b")
        #expect(pointer { _ = try JSONReader(.string("x")).string("y") } == "")
    }
}
