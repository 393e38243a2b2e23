import NIOCore

/// One server-sent event (HTML standard §9.2), encoded once however many clients receive it.
package struct SSEEvent: Sendable {
    /// The text on the wire.
    let encoded: ByteBuffer

    /// - Parameters:
    ///   - id: what a client sends back in `Last-Event-ID`; without line breaks.
    ///   - event: the name that scripts listen for; `nil` is `message`.
    ///   - data: any text; each line becomes a `data:` line.
    ///   - retry: milliseconds after which a cut client comes back.
    package init(id: String? = nil, event: String? = nil, data: String, retry: Int? = nil) {
        var buffer = ByteBuffer()
        if let id { buffer.writeString("id: " + SSEEvent.line(id) + "\n") }
        if let event { buffer.writeString("event: " + SSEEvent.line(event) + "\n") }
        if let retry { buffer.writeString("retry: \(retry)\n") }
        buffer.writeString("data: ")
        var previous: UInt8 = 0
        for byte in data.utf8 {
            // CR, LF and CRLF all end a line for the browser.
            let isSecondHalf = byte == 0x0A && previous == 0x0D
            if byte == 0x0A || byte == 0x0D {
                if !isSecondHalf { buffer.writeString("\ndata: ") }
            } else {
                buffer.writeInteger(byte)
            }
            previous = byte
        }
        buffer.writeString("\n")
        buffer.writeString("\n")
        encoded = buffer
    }

    private static func line(_ text: String) -> String {
        String(decoding: text.utf8.filter { $0 != 0x0A && $0 != 0x0D && $0 != 0 }, as: UTF8.self)
    }

    /// An event rather than a comment, because scripts see no comments: a page whose connection died without a word
    /// notices by its absence.
    static let heartbeat = ByteBuffer(string: "event: beat\ndata: {}\n\n")

    /// The first bytes of a stream: when to come back after a cut, different for each client, so that all the boards
    /// of a province do not return in the same second.
    static func opening(retry milliseconds: Int) -> ByteBuffer {
        ByteBuffer(string: "retry: \(milliseconds)\n\n")
    }
}
