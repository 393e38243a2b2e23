/// An error that the caller is told about, in the form of RFC 9457; thrown anywhere below an
/// endpoint and rendered in exactly one place.
package struct Problem: Error, Sendable {
    package let kind: ProblemKind
    /// One sentence for this occurrence: which value, why, what to do. Never personal data.
    package var detail: String?
    /// Members at fault, as JSON Pointers (RFC 6901) or parameter names.
    package var errors: [Fault]
    /// Extension members (RFC 9457 §3.2), for example the current state of a ticket.
    package var extensions: [JSONValue.Member]
    /// Extra response headers: `Retry-After`, `WWW-Authenticate`, `Allow`.
    package var headers: [Header]

    package struct Fault: Sendable, Hashable {
        /// A JSON Pointer such as `/items/0`, or the name of a query parameter.
        package let pointer: String
        package let detail: String

        package init(_ pointer: String, _ detail: String) {
            self.pointer = pointer
            self.detail = detail
        }
    }

    package struct Header: Sendable, Hashable {
        package let name: String
        package let value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        _ kind: ProblemKind, _ detail: String? = nil, errors: [Fault] = [], extensions: [JSONValue.Member] = [],
        headers: [Header] = []
    ) {
        self.kind = kind
        self.detail = detail
        self.errors = errors
        self.extensions = extensions
        self.headers = headers
    }

    /// 400 for one member of a JSON body or one parameter.
    package static func invalid(_ pointer: String, _ detail: String) -> Problem {
        Problem(.invalidRequest, detail, errors: [Fault(pointer, detail)])
    }

    /// 503 with a time after which trying again makes sense.
    package static func busy(retryAfter seconds: Int = 1) -> Problem {
        Problem(.busy, headers: [Header("Retry-After", String(seconds))])
    }
}
