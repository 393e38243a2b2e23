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

    /// What nobody sets.
    static func head(_ record: ClientRecord) -> [JSONValue.Member] {
        [
            .init("id", .string(record.client.id)), .init("state", .string(record.state.rawValue)),
            .init("version", .integer(record.version)), .init("origin", .string(record.origin.rawValue)),
            .init("createdAt", .string(ProvinceTime.format(record.createdAt))),
            .init("updatedAt", .string(ProvinceTime.format(record.updatedAt))),
        ]
    }
}
