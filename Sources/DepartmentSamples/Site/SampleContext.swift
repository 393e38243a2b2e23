import Foundation
import HTTPTypes
import Hummingbird

/// What the routes of the samples need from a request: cookies, fields, language.
extension Request {
    var fields: Fields { Fields(uri.query) }

    func cookie(_ name: String) -> String? {
        guard let value = cookies[name]?.value, (1...128).contains(value.utf8.count) else { return nil }
        return value
    }

    var language: Language {
        .choose(query: fields["lang"], cookie: cookie("sample_language"), acceptLanguage: headers[.acceptLanguage])
    }
}

/// Answers of the sample sites, each with the same protective headers.
enum Answer {
    /// No script at all, nothing from elsewhere, no frame around it.
    private static let contentPolicy =
        "default-src 'none'; style-src 'self'; img-src data:; base-uri 'none'; frame-ancestors 'none'"

    static func page(_ html: HTML, status: HTTPResponse.Status = .ok, language: Language) -> Response {
        var response = Response(status: status, body: .init(byteBuffer: .init(string: html.markup)))
        response.headers[.contentType] = "text/html; charset=utf-8"
        response.headers[.contentLanguage] = language.tag
        response.headers[.vary] = "Accept-Language, Cookie"
        return protect(response)
    }

    static func redirect(to location: String) -> Response {
        protect(Response(status: .seeOther, headers: [.location: location]))
    }

    static func empty(_ status: HTTPResponse.Status) -> Response {
        protect(Response(status: status))
    }

    static func json(_ text: String, status: HTTPResponse.Status) -> Response {
        protect(
            Response(
                status: status, headers: [.contentType: "application/json"],
                body: .init(byteBuffer: .init(string: text))))
    }

    static func styleSheet() -> Response {
        var response = Response(status: .ok, body: .init(byteBuffer: .init(string: StyleSheet.text)))
        response.headers[.contentType] = "text/css; charset=utf-8"
        response.headers[.cacheControl] = "public, max-age=300"
        response.headers[.xContentTypeOptions] = "nosniff"
        return response
    }

    private static func protect(_ response: Response) -> Response {
        var response = response
        response.headers[.cacheControl] = "no-store"
        response.headers[.contentSecurityPolicy] = contentPolicy
        response.headers[.xContentTypeOptions] = "nosniff"
        if let policy = HTTPField.Name("Referrer-Policy") { response.headers[policy] = "no-referrer" }
        return response
    }
}
