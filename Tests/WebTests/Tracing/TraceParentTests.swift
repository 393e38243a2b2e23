import Testing

@testable import Web

@Suite("W3C Trace Context: traceparent")
struct TraceParentTests {
    private static let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test func `a header reads and writes back`() throws {
        let parent = try #require(TraceParent(Self.good))
        #expect(parent.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(parent.spanID == "00f067aa0ba902b7")
        #expect(parent.isSampled)
        #expect(parent.header == Self.good)
        #expect(TraceParent(Self.good.dropLast(2) + "00")?.isSampled == false)
        #expect(TraceParent(Self.good.dropLast(2) + "03")?.isSampled == true)
    }

    @Test func `a later version may carry more behind another dash`() {
        #expect(TraceParent("01" + Self.good.dropFirst(2) + "-what-comes-later")?.spanID == "00f067aa0ba902b7")
        #expect(TraceParent("01" + Self.good.dropFirst(2)) != nil)
    }

    @Test(arguments: [
        "", "00", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e473x-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-more",
        "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01more",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01, 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ])
    func `anything else is no parent`(text: String) {
        #expect(TraceParent(text) == nil)
    }
}
