package import Core
import HTTPTypes
package import Hummingbird
import NIOCore

extension Response {
    /// A JSON answer; `no-store` is added by the surface where it is due.
    package static func json(
        _ value: JSONValue, status: HTTPResponse.Status = .ok, type: String = "application/json"
    ) -> Response {
        json(bytes: value.encoded(), status: status, type: type)
    }

    /// A JSON answer whose text is ready, for paths that keep it in memory.
    package static func json(
        bytes: [UInt8], status: HTTPResponse.Status = .ok, type: String = "application/json"
    ) -> Response {
        json(buffer: ByteBuffer(bytes: bytes), status: status, type: type)
    }

    package static func json(
        buffer: ByteBuffer, status: HTTPResponse.Status = .ok, type: String = "application/json"
    ) -> Response {
        Response(status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: buffer))
    }

    /// RFC 9457 §3.
    package static func problem(_ problem: Problem, instance: String? = nil) -> Response {
        var response = Response.json(
            problem.document(instance: instance), status: .init(code: problem.kind.status),
            type: "application/problem+json")
        response.add(problem.headers)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// After a POST the browser comes back with GET (identity rule 8).
    package static func redirect303(_ location: String) -> Response {
        Response(status: .seeOther, headers: [.location: location])
    }

    /// For redirects of GET requests to other sites, as RFC 6749 §4.1.2 shows them.
    package static func redirect302(_ location: String) -> Response {
        Response(status: .found, headers: [.location: location])
    }

    package static func text(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/plain; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    package static func html(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "text/html; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    package static func svg(_ text: String) -> Response {
        Response(
            status: .ok, headers: [.contentType: "image/svg+xml; charset=utf-8"],
            body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// Neither a browser nor a proxy keeps this answer (RFC 6749 §5.1).
    package func withNoStore() -> Response {
        var copy = self
        copy.headers[.cacheControl] = "no-store"
        return copy
    }

    mutating func add(_ added: [Problem.Header]) {
        for header in added {
            guard let name = HTTPField.Name(header.name) else { continue }
            headers.append(HTTPField(name: name, value: header.value))
        }
    }
}

extension Problem {
    /// The members of RFC 9457 §3.
    func document(instance: String? = nil) -> JSONValue {
        var members: [JSONValue.Member] = [
            .init("type", .string(kind.urn)),
            .init("title", .string(kind.title)),
            .init("status", .integer(Int64(kind.status))),
        ]
        if let detail { members.append(.init("detail", .string(detail))) }
        if let instance { members.append(.init("instance", .string(instance))) }
        if !errors.isEmpty {
            members.append(
                .init(
                    "errors",
                    .array(
                        errors.map {
                            .object(["pointer": .string($0.pointer), "detail": .string($0.detail)])
                        })))
        }
        return .object(members + extensions)
    }
}
