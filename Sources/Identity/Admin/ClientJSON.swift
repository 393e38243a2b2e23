import Core
import HTTPTypes
import Hummingbird
import Web

/// A client in the administration's API. Secrets and their digests are never part of it.
enum ClientJSON {
    static func response(
        _ record: ClientRecord, secret: Secret<String>? = nil, status: HTTPResponse.Status = .ok
    ) -> Response {
        var members = head(record) + ClientDocument.members(of: record.client)
        if let secret { members.append(.init("clientSecret", .string(secret.reveal()))) }
        var response = Response.json(.object(members), status: status).withNoStore()
        response.headers[.eTag] = "\"\(record.version)\""
        return response
    }

    /// One line of a list.
    static func summary(_ record: ClientRecord) -> JSONValue {
        let client = record.client
        let more: [(String, JSONValue?)] = [
            ("clientName", .string(client.name)), ("department", client.profile.department.map(JSONValue.string)),
            ("tokenEndpointAuthMethod", .string(client.authMethod.rawValue)),
            ("grantTypes", .strings(client.grants.map(\.rawValue).sorted())),
        ]
        return .object(head(record) + more.compactMap { name, value in value.map { JSONValue.Member(name, $0) } })
    }

    /// What nobody sets, and how it is read.
    private static let headMembers: [(String, @Sendable (ClientRecord) -> JSONValue)] = [
        ("id", { .string($0.client.id) }), ("state", { .string($0.state.rawValue) }),
        ("version", { .integer($0.version) }), ("origin", { .string($0.origin.rawValue) }),
        ("createdAt", { .string(ProvinceTime.format($0.createdAt)) }),
        ("updatedAt", { .string(ProvinceTime.format($0.updatedAt)) }),
    ]
    static let unset = Set(headMembers.map(\.0))

    static func head(_ record: ClientRecord) -> [JSONValue.Member] {
        headMembers.map { JSONValue.Member($0.0, $0.1(record)) }
    }
}
