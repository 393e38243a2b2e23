import Foundation
import TestKit
import Testing

@testable import Web

@Suite("Pages: one folder of templates, two languages")
struct PageLibraryTests {
    @Test func `every template compiles in both languages and every key has a text`() throws {
        let library = try WebFixture.renderer.get().library
        #expect(library.names.contains("layout/page"))
        #expect(library.names.contains("web/error"))
        #expect(library.usedKeys.count > 10)
    }

    @Test func `both languages have the same keys with the same placeholders`() throws {
        let texts = try WebFixture.renderer.get().library.texts
        let chinese = try #require(texts[.zhHans]).strings
        let english = try #require(texts[.en]).strings
        #expect(Set(chinese.keys).subtracting(english.keys) == [])
        // English has another form for one of something.
        let singular = Set(english.keys.filter { $0.hasSuffix(".one") && chinese[String($0.dropLast(4))] != nil })
        #expect(Set(english.keys).subtracting(chinese.keys).subtracting(singular) == [])
        for key in singular {
            let base = chinese[String(key.dropLast(4))] ?? ""
            #expect(Self.tags(in: english[key] ?? "") == Self.tags(in: base), "\(key)")
        }
        for (key, text) in chinese {
            #expect(Self.tags(in: text) == Self.tags(in: english[key] ?? ""), "\(key)")
            #expect(!text.trimmingCharacters(in: .whitespaces).isEmpty, "\(key)")
        }
    }

    @Test func `one of something has the form that English asks for`() throws {
        let texts = try WebFixture.renderer.get().library.texts
        let english = try #require(texts[.en])
        let chinese = try #require(texts[.zhHans])
        #expect(english.text("kiosk.take.count", ["count": "1"]) == "1 service")
        #expect(english.text("kiosk.take.count", ["count": "2"]) == "2 services")
        #expect(english.text("booking.part.summary", ["count": "0"]) == "0 times free")
        #expect(chinese.text("kiosk.take.count", ["count": "1"]) == "1 项")
    }

    /// A number before a plural needs the singular beside it, or no noun that changes.
    @Test func `every English text that counts has a form for one`() throws {
        let texts = try WebFixture.renderer.get().library.texts
        let english = try #require(texts[.en]).strings
        let counted = /\{\{(?:count|minutes|seconds|hours|item\.minutes|wait\w+)\}\} \w+s\b/
        for (key, text) in english where text.contains(counted) && !key.hasSuffix(".one") {
            #expect(text.contains("{{count}}") && english[key + ".one"] != nil, "\(key): \(text)")
        }
    }

    /// Variables only: one language may leave out a section, never a value.
    private static func tags(in text: String) -> Set<String> {
        Set(text.matches(of: /\{\{([^}]*)\}\}/).map { String($0.1) }.filter { $0.first != "#" && $0.first != "/" })
    }

    @Test func `no template has inline scripts, styles or handlers`() throws {
        let directory = WebResources.directory + "/Templates"
        for case let path as String in try #require(FileManager.default.enumerator(atPath: directory))
        where path.hasSuffix(".mustache") {
            let text = try String(contentsOfFile: directory + "/" + path, encoding: .utf8)
            #expect(!text.contains(/<script(?![^>]*\ssrc=)(?![^>]*type="application\/json")[^>]*>/), "\(path)")
            #expect(!text.contains(/\sstyle\s*=/), "\(path)")
            #expect(!text.contains(/<style/), "\(path)")
            #expect(!text.contains(/\son[a-z]+\s*=\s*["']/), "\(path)")
            #expect(!text.contains("javascript:"), "\(path)")
        }
    }

    @Test func `every form that posts carries the token`() throws {
        let directory = WebResources.directory + "/Templates"
        for case let path as String in try #require(FileManager.default.enumerator(atPath: directory))
        where path.hasSuffix(".mustache") {
            let text = try String(contentsOfFile: directory + "/" + path, encoding: .utf8)
            for form in text.matches(of: /(?s)<form[^>]*method="post"[^>]*>(.*?)<\/form>/.ignoresCase()) {
                // `response_mode=form_post` posts to the client's site, which must not learn our token.
                let isOurs = !form.0.contains("data-submit-now")
                if isOurs { #expect(form.0.contains("{{> csrf}}") || form.0.contains("{{>csrf}}"), "\(path)") }
            }
        }
    }

    @Test func `texts are escaped, tags in them stay tags, and html keys stay raw`() {
        let strings = ["a.b": "<{{n}}> & \"more\"", "a.c_html": "<b>x</b>"]
        let text = PageLibrary.localize("[[a.b]]|[[a.c_html]]") { strings[$0] }
        #expect(text == "&lt;{{n}}&gt; &amp; &quot;more&quot;|<b>x</b>")
    }

    @Test func `a folder that lacks a part is named, with the key that chose it`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "pages-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(atPath: directory + "/Locales", withIntermediateDirectories: true)
        var settings = WebSettings(publicURL: "http://localhost:8080")
        settings.resourcesDirectory = directory
        let fault = #expect(throws: PageFault.self) { _ = try PageRenderer.load(settings) }
        let text = try #require(fault?.description)
        #expect(text.hasPrefix("resources.directory (YIMEN_RESOURCES_DIRECTORY): \(directory) lacks"))
        #expect(text.contains("the folders Static, Templates;"))
    }

    @Test func `a missing key, a missing partial and a broken template are all named at once`() throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "pages-\(UUID().uuidString)").path
        defer { try? FileManager.default.removeItem(atPath: directory) }
        for folder in ["Templates/x", "Locales"] {
            try FileManager.default.createDirectory(
                atPath: directory + "/" + folder, withIntermediateDirectories: true)
        }
        try "[[no.text]] {{> x/none}}".write(
            toFile: directory + "/Templates/x/a.mustache", atomically: true, encoding: .utf8)
        try "{{#open}}".write(toFile: directory + "/Templates/x/b.mustache", atomically: true, encoding: .utf8)
        let fault = #expect(throws: PageFault.self) { _ = try PageLibrary(directory: directory) }
        let text = try #require(fault?.description)
        #expect(text.contains("x/a: no text for [[no.text]] in en"))
        #expect(text.contains("x/a: there is no template x/none"))
        #expect(text.contains("x/b (zh-Hans): line 1"))
    }
}
