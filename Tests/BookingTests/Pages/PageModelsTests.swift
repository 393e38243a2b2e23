import Catalogue
import Core
import Foundation
import Hummingbird
import HummingbirdTesting
import TestKit
import Testing
import Web

@testable import Booking

/// Every page with a model of every state, as the renderer sees it.
@Suite("Visual language: every page of booking, kiosk, board and window")
struct PageModelsTests {
    @Test(arguments: SamplePages.all, WebLocale.allCases)
    func `a page is complete in both languages`(sample: SamplePages.Sample, locale: WebLocale) async throws {
        try await WebFixture().run(routes: { router in
            let renderer = router.renderer
            router.pages.get("/sample") { _, context in
                try renderer.render(
                    sample.template, sample.model, titleKey: "booking.list.title", context: context)
            }
        }) { client in
            let page = try await client.get("/sample", [.acceptLanguage: locale.rawValue, .accept: "text/html"])
            #expect(page.status == .ok)
            for shown in sample.shows { #expect(page.text.contains(shown), "\(sample) shows \(shown)") }
            // No tag, no key and no optional may be left over.
            for rest in [
                "{{", "}}", "[[", "Optional(", ">booking.", ">kiosk.", ">board.", ">window.", "style=", "onclick",
            ] {
                #expect(!page.text.contains(rest), "\(sample) in \(locale) leaves \(rest)")
            }
            #expect(page.text.components(separatedBy: "<h1").count == 2, "\(sample) has one h1")
            #expect(page.text.contains("lang=\"\(locale.rawValue)\""))
        }
    }

    @Test func `every form carries the token and its key`() async throws {
        let forms = SamplePages.all.filter { !$0.isReadOnly }
        try await WebFixture().run(routes: { router in
            let renderer = router.renderer
            for (index, sample) in forms.enumerated() {
                router.pages.get("/sample/\(index)") { _, context in
                    try renderer.render(
                        sample.template, sample.model, titleKey: "booking.list.title", context: context)
                }
            }
        }) { client in
            for (index, sample) in forms.enumerated() {
                let text = try await client.get("/sample/\(index)", [.accept: "text/html"]).text
                let posts = text.components(separatedBy: "method=\"post\"").dropFirst()
                #expect(!posts.isEmpty, "\(sample)")
                for post in posts {
                    let form = post.components(separatedBy: "</form>")[0]
                    #expect(form.contains("name=\"csrf\""), "\(sample)")
                    let isEnrolment = form.contains("client_secret")
                    #expect(isEnrolment || form.contains("name=\"key\""), "\(sample)")
                }
            }
        }
    }
}
