import Core
import HTTPTypes
import Hummingbird
import Logging
import Web

/// `/oauth2/register` (RFC 7591 §3) and `/oauth2/register/{client}` (RFC 7592 §2).
struct RegistrationEndpoint: Sendable {
    private static let bodyLimit = 32 * 1024

    let registrations: SelfRegistration
    let issuer: String

    func post(_ request: Request, _ context: WebContext) async throws -> Response {
        try await answering(context) {
            let token = try Self.token(request, context)
            let answer = try await registrations.register(try await Self.body(request), token: token)
            context.logger.info(
                "system registered itself",
                metadata: ["client": "\(answer.record.client.id)", "origin": "\(answer.record.origin.rawValue)"])
            return response(answer.record, answer.registrationToken, secret: answer.secret, status: .created)
        }
    }

    func get(_ request: Request, _ context: WebContext) async throws -> Response {
        try await answering(context) {
            let token = try Self.token(request, context)
            let record = try await registrations.find(try context.pathParameter("client"), token: token)
            return response(record, Secret(token ?? ""), secret: nil)
        }
    }

    func put(_ request: Request, _ context: WebContext) async throws -> Response {
        try await answering(context) {
            let token = try Self.token(request, context)
            let id = try context.pathParameter("client")
            _ = try await registrations.find(id, token: token)
            let answer = try await registrations.update(id, try await Self.body(request), token: token)
            return response(answer.record, answer.registrationToken, secret: answer.secret)
        }
    }

    func delete(_ request: Request, _ context: WebContext) async throws -> Response {
        try await answering(context) {
            try await registrations.remove(try context.pathParameter("client"), token: try Self.token(request, context))
            return Response(status: .noContent).withNoStore()
        }
    }

    private func answering(_ context: WebContext, _ work: () async throws -> Response) async throws -> Response {
        do {
            return try await work()
        } catch let error as RegistrationError {
            context.logger.info(
                "registration refused", metadata: ["error": "\(error.code.rawValue)", "why": "\(error.description)"])
            return error.response
        }
    }

    /// Both kinds of tokens are bearer tokens (RFC 7591 §3, RFC 7592 §2): none is bound to a key.
    private static func token(_ request: Request, _ context: WebContext) throws -> String? {
        let presented: PresentedAccessToken?
        do {
            presented = try PresentedAccessToken.read(from: request, context)
        } catch {
            throw RegistrationError(.invalidToken, "the Authorization header is malformed")
        }
        guard presented?.scheme != .dpop else {
            throw RegistrationError(.invalidToken, "the token is bound to no key; send it as Bearer")
        }
        return presented?.token
    }

    private static func body(_ request: Request) async throws -> JSONValue {
        do {
            return try await JSONBody.read(request, limit: bodyLimit).value
        } catch let problem as Problem where problem.kind == .invalidRequest {
            throw RegistrationError(.invalidClientMetadata, problem.detail ?? "the body is no JSON object")
        }
    }

    /// The client information response (RFC 7591 §3.2.1, RFC 7592 §3): everything registered, defaults included.
    private func response(
        _ record: ClientRecord, _ token: Secret<String>, secret: Secret<String>?, status: HTTPResponse.Status = .ok
    ) -> Response {
        let client = record.client
        var members: [JSONValue.Member] = [
            .init("client_id", .string(client.id)),
            .init("client_id_issued_at", .integer(record.createdAt.seconds)),
            .init("registration_access_token", .string(token.reveal())),
            .init(
                "registration_client_uri",
                .string(issuer + "/oauth2/register/" + PercentDecoding.escape(client.id))),
        ]
        if let secret { members.append(.init("client_secret", .string(secret.reveal()))) }
        if client.secretHash != nil { members.append(.init("client_secret_expires_at", 0)) }
        if record.state == .pending { members.append(.init("approval", "pending")) }
        for member in ClientDocument.members(of: client, naming: .registration) {
            if member.name == "scopes" {
                members.append(.init("scope", .string(client.scopes.sorted().joined(separator: " "))))
            } else if ClientMembers.named[member.name]?.isOpen == true {
                members.append(member)
            }
        }
        return Response.json(.object(members), status: status).withNoStore()
    }
}
