import Core
import Foundation
import Testing

@testable import Web

@Suite("ISO/IEC 18004: QR codes")
struct QRCodeTests {
    @Test func `a hall ticket is alphanumeric and fits version 7`() throws {
        let ticket = String(repeating: "A1:/", count: 40).prefix(158)
        #expect(try QRCode.modules(of: String(ticket)).count == 45)
        #expect(try QRCode.modules(of: ticket.lowercased()).count > 45)
    }

    @Test func `the finder patterns stand in three corners`() throws {
        let modules = try QRCode.modules(of: "HELLO")
        let last = modules.count - 1
        for (y, x) in [(0, 0), (0, last - 6), (last - 6, 0)] {
            #expect(modules[y][x...(x + 6)].allSatisfy { $0 })
            #expect(!modules[y + 1][(x + 1)...(x + 5)].contains(true))
        }
    }

    @Test func `rows are drawn as runs in one path`() throws {
        let svg = try QRCode.svg("HELLO", title: "<ticket>")
        #expect(svg.hasPrefix("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 29 29\""))
        #expect(svg.contains("M4 4h7v1h-7z"))
        #expect(svg.contains("&lt;ticket&gt;"))
        #expect(svg.components(separatedBy: "<path").count == 3)
    }

    @Test(arguments: ["", String(repeating: "x", count: 2001)])
    func `what does not fit is refused`(text: String) {
        #expect(throws: Problem.self) { try QRCode.svg(text) }
    }
}
