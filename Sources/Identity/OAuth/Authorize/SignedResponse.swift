import Core
import Web

/// An authorization response as one JWT (JARM §2.1): `iss`, `aud`, `exp`, and beside them what would
/// otherwise be parameters, errors included.
struct SignedResponse: Sendable {
    /// JARM §2.1 advises ten minutes at most; the code inside lives one.
    static let life = Duration.minutes(5)
    let keys: SigningKeys
    let issuer: String
    let surroundings: Surroundings

    /// - Returns: the one parameter `response`.
    func wrap(_ parameters: ParameterList, for request: AuthorizationRequest) throws -> ParameterList {
        var members: [JSONValue.Member] = [
            .init("iss", .string(issuer)), .init("aud", .string(request.clientID)),
            .init("exp", .integer((surroundings.now() + Self.life).seconds)),
        ]
        members += parameters.items.filter { $0.name != "iss" }.map { .init($0.name, .string($0.value)) }
        let algorithm = request.responseAlgorithm.flatMap(Client.IDTokenAlgorithm.init(rawValue:)) ?? .es256
        return ParameterList(["response": try keys.sign(.object(members), type: "JWT", algorithm: algorithm)])
    }
}

extension Client {
    /// As registered (`authorization_signed_response_alg`), else as its ID tokens; FAPI 2.0 knows no RS256.
    var responseAlgorithm: IDTokenAlgorithm {
        let registered = policy.authorizationResponseAlgorithm.flatMap(IDTokenAlgorithm.init(rawValue:))
        let algorithm = registered ?? idTokenAlgorithm
        return policy.isFAPI2 ? .es256 : algorithm
    }
}
