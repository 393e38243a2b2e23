import Core
import HTTPTypes
import Hummingbird
import Web

/// What a client sends to one of the endpoints at which it authenticates (token, PAR, revocation,
/// introspection, …), parsed once.
struct ClientRequest: Sendable {
    let form: ParameterList
    /// The `Authorization` header as sent.
    let authorization: String?
    /// The `DPoP` headers as sent; more than one is an error of the check that reads them (RFC 9449 §4.3).
    var proofs: [String] = []
    /// The client's certificate, DER.
    var certificate: [UInt8]?
    /// The keys that the sender has proved to hold; set by `EstablishHolder`.
    var holder: Confirmation?
    /// The path called, for `htu` and for audiences.
    var path = "/oauth2/token"

    init(form: ParameterList, authorization: String?) {
        self.form = form
        self.authorization = authorization
    }

    /// Reads the body and the headers, never the query.
    ///
    /// - Throws: `OAuthError` `invalid_request` for a body that is no form, a parameter sent twice
    ///   (RFC 6749 §3.2) or several `Authorization` headers.
    static func read(_ request: Request) async throws -> ClientRequest {
        let headers = request.headers[values: .authorization]
        guard headers.count <= 1 else { throw OAuthError(.invalidRequest, "there are several Authorization headers") }
        let form: ParameterList
        do {
            form = try await ParameterList.form(request)
        } catch let fault as ParameterFault {
            throw OAuthError(.invalidRequest, fault.detail)
        }
        var read = ClientRequest(form: form, authorization: headers.first)
        read.proofs = request.headers[values: .dpop]
        read.path = request.uri.path
        return read
    }

    /// A parameter that must be there.
    func required(_ name: String) throws(OAuthError) -> String {
        guard let value = form.value(name) else { throw OAuthError(.invalidRequest, "\(name) is missing") }
        return value
    }
}
