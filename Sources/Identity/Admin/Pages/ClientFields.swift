import Core
import Foundation
import Web

/// The members that the form of the administration offers, in groups; the rest is set by file, flag or API.
enum ClientFields {
    enum Kind: Sendable {
        case line
        /// One value a line.
        case lines
        case choice([String])
        case check
        case scopes
    }

    struct Field: Sendable {
        let name: String
        let kind: Kind
        var isRequired = false

        init(_ name: String, _ kind: Kind, isRequired: Bool = false) {
            self.name = name
            self.kind = kind
            self.isRequired = isRequired
        }
    }

    /// What every system needs.
    static let first = [
        Field("clientName", .line, isRequired: true), Field("clientNameEn", .line), Field("department", .choice([])),
        Field("contacts", .lines),
        Field("redirectUris", .lines, isRequired: true), Field("postLogoutRedirectUris", .lines),
        Field("backchannelLogoutUri", .line), Field("scopes", .scopes),
    ]

    /// What some need.
    static let more = [
        Field("tokenEndpointAuthMethod", .choice(Client.AuthMethod.allCases.map(\.rawValue))), Field("jwksUri", .line),
        Field("idTokenSignedResponseAlg", .choice(Client.IDTokenAlgorithm.allCases.map(\.rawValue))),
        Field("frontchannelLogoutUri", .line), Field("initiateLoginUri", .line), Field("clientUri", .line),
        Field("logoUri", .line), Field("policyUri", .line), Field("tosUri", .line),
        Field("minimumAssurance", .choice(AssuranceLevel.allCases.map(\.rawValue))),
        Field("accessTokenSeconds", .line), Field("requireConsent", .check),
        Field("requirePushedAuthorizationRequests", .check), Field("dpopBoundAccessTokens", .check),
        Field("fapi2", .check),
    ]

    static let all = first + more

    /// The members that a posted form sets; an empty field puts its member back to the default.
    static func members(of form: ParameterList) throws -> JSONValue {
        .object(
            try all.map { field in
                JSONValue.Member(field.name, try value(of: field, in: form))
            })
    }

    private static func value(of field: Field, in form: ParameterList) throws -> JSONValue {
        switch field.kind {
        case .check: return try form.single(field.name) == nil ? .null : true
        case .scopes:
            let values = form.all(field.name).filter { !$0.isEmpty }
            return values.isEmpty ? .null : .strings(values)
        case .lines:
            let lines = try (form.single(field.name) ?? "").split(whereSeparator: \.isNewline)
                .map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
            return lines.isEmpty ? .null : .strings(lines)
        case .line, .choice:
            let text = try (form.single(field.name) ?? "").trimmingCharacters(in: .whitespaces)
            guard !text.isEmpty else { return .null }
            if field.name == "accessTokenSeconds" { return Int64(text).map(JSONValue.integer) ?? .string(text) }
            return .string(text)
        }
    }

    /// The texts that a field shows for a member of a registration.
    static func texts(_ name: String, in registration: ClientRegistration) -> [String] {
        guard let member = ClientMembers.camelNamed[name], let value = member.read(registration) else { return [] }
        return texts(value)
    }

    static func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .integer(let number): [String(number)]
        case .bool(let flag): [flag ? "true" : "false"]
        case .array(let values): values.flatMap(texts)
        case .object: [String(decoding: value.encoded(), as: UTF8.self)]
        case .null, .number: []
        }
    }
}
