package import Core
import HTTPTypes
package import Hummingbird
import NIOCore

/// Bodies are read whole, bounded, and only when their media type is the one expected.
package enum RequestBodyReading {
    /// Bytes accepted where an endpoint names no limit of its own.
    package static let standardLimit = 64 * 1024

    /// - Throws: 413 over the limit, without reading on; 400 when the sender stops in the middle.
    package static func collect(_ request: Request, limit: Int) async throws -> ByteBuffer {
        if let stated = request.headers[.contentLength].flatMap({ Int($0) }), stated > limit {
            throw Problem.tooLarge(limit: limit)
        }
        do {
            return try await Flight.readingBody { try await request.body.collect(upTo: limit) }
        } catch is NIOTooManyBytesError {
            throw Problem.tooLarge(limit: limit)
        }
    }

    /// - Throws: 415 unless the request's media type is one of `types`.
    package static func require(_ types: [String], of request: Request) throws {
        let header = request.headers[.contentType]
        // Nearly always it is written so.
        if let header, types.contains(header) { return }
        let sent = header.map { value in
            value.prefix { $0 != ";" }.trimming { $0 == " " || $0 == "\t" }.lowercased()
        }
        guard let sent, types.contains(sent) else {
            throw Problem(
                .unsupportedMediaType, "the body must be " + types.joined(separator: " or "),
                headers: [Problem.Header("Accept", types.joined(separator: ", "))])
        }
    }
}

extension ParameterList {
    package static let formType = "application/x-www-form-urlencoded"

    /// The fields of a form body.
    ///
    /// - Throws: 415 for another media type, 413 over the limit, `ParameterFault` for broken text.
    package static func form(
        _ request: Request, limit: Int = RequestBodyReading.standardLimit, limits: Limits = Limits()
    ) async throws -> ParameterList {
        try RequestBodyReading.require([formType], of: request)
        let buffer = try await RequestBodyReading.collect(request, limit: limit)
        return try ParameterList(encoded: buffer.readableBytesView, limits: limits)
    }

    /// The parameters of the request's query.
    package static func query(_ request: Request, limits: Limits = Limits()) throws(ParameterFault) -> ParameterList {
        try ParameterList(query: request.uri.query, limits: limits)
    }
}

/// A JSON request body.
package enum JSONBody {
    /// The body of a request that may have none; `nil` when nothing was sent.
    ///
    /// - Throws: as `read`.
    package static func readIfSent(_ request: Request, limit: Int = RequestBodyReading.standardLimit) async throws
        -> JSONReader?
    {
        let buffer = try await RequestBodyReading.collect(request, limit: limit)
        guard buffer.readableBytes > 0 else { return nil }
        try RequestBodyReading.require(["application/json"], of: request)
        return try parse(buffer, limit: limit)
    }

    /// For a request that takes no body: nothing is sent, or `{}` by clients that send one always. Whatever else
    /// stands there was meant to say something, which must not be lost silently.
    ///
    /// - Throws: as `readIfSent`, and 400 for any member.
    package static func requireNone(_ request: Request) async throws {
        try await readIfSent(request, limit: 1024)?.rejectUnknown([])
    }

    /// - Throws: 415 unless `application/json` or a `+json` type is sent; 413 over the limit; 400
    ///   with the pointer of the broken member.
    package static func read(
        _ request: Request, types: [String] = ["application/json"], limit: Int = RequestBodyReading.standardLimit
    ) async throws -> JSONReader {
        try RequestBodyReading.require(types, of: request)
        return try parse(try await RequestBodyReading.collect(request, limit: limit), limit: limit)
    }

    private static func parse(_ buffer: ByteBuffer, limit: Int) throws -> JSONReader {
        do {
            return JSONReader(try JSONParser.parse(buffer.readableBytesView, limits: .init(bytes: limit)))
        } catch let fault {
            throw fault.problem
        }
    }
}

extension Problem {
    package static func tooLarge(limit: Int) -> Problem {
        Problem(.tooLarge, "the body may have \(limit) bytes at most")
    }
}
