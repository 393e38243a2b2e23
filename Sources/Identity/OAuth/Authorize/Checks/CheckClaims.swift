import Core
import Web

/// The `claims` parameter (OpenID Connect Core §5.5): bounded JSON of the right shape, of which the
/// known claims are kept that this client may read at all.
///
/// 1. `sub` with a value names the person who must be signed in (§5.5.1), and there can be one only;
/// 2. `acr` as essential makes its levels a condition (§5.5.1.1); levels that do not exist cannot be met.
///
/// Deliberately ignored: unknown claims, claims outside the client's scopes, voluntary values.
struct CheckClaims: AuthorizeCheck {
    private static let limits = JSONParser.Limits(bytes: 8192, depth: 6, values: 400)

    func check(_ parameters: ParameterList, _ client: Client, _ request: inout AuthorizationRequest) throws(OAuthError)
    {
        guard let text = parameters.value("claims") else { return }
        let json: JSONValue
        do throws(JSONFault) {
            json = try JSONParser.parse(text, limits: Self.limits)
        } catch {
            throw fault("claims is not JSON that can be read", error.description)
        }
        guard json.objectMembers != nil else { throw fault("claims is no JSON object") }
        let readable = PersonClaim.readable(by: client)
        let userInfo = try members(json, "userinfo")
        let idToken = try members(json, "id_token")
        let requested = RequestedClaims(
            userInfo: userInfo.map(\.name).filter(readable.contains).sorted(),
            idToken: idToken.map(\.name).filter(readable.contains).sorted())
        request.claims = requested.isEmpty ? nil : requested
        for member in userInfo + idToken { try judge(member, &request) }
    }

    private func judge(_ member: JSONValue.Member, _ request: inout AuthorizationRequest) throws(OAuthError) {
        switch member.name {
        case "sub":
            for subject in try texts(of: member) {
                guard request.requestedSubject == nil || request.requestedSubject == subject else {
                    throw fault("claims names different people")
                }
                request.requestedSubject = subject
            }
        case "acr":
            let asked = try texts(of: member)
            let levels = asked.compactMap { AssuranceLevel(rawValue: $0) }
            guard member.value["essential"]?.boolValue == true else {
                request.acrValues += levels
                return
            }
            guard asked.isEmpty || !levels.isEmpty else {
                throw OAuthError(.unmetAuthenticationRequirements, "none of the essential acr values exists")
            }
            guard !levels.isEmpty else { return }
            // Asked for in both places: both are conditions.
            let both =
                request.essentialLevels.isEmpty ? levels : request.essentialLevels.filter(levels.contains)
            guard !both.isEmpty else {
                throw OAuthError(.unmetAuthenticationRequirements, "no acr meets both essential requests")
            }
            request.essentialLevels = both
        default: return
        }
    }

    /// The values asked for. One that is no text could be nobody's: it is refused, or what it forbids would be allowed.
    private func texts(of member: JSONValue.Member) throws(OAuthError) -> [String] {
        var values = member.value["values"]?.arrayValue ?? []
        if let one = member.value["value"], one != .null { values.append(one) }
        let texts = values.compactMap(\.stringValue)
        guard texts.count == values.count else { throw fault("\(member.name) is asked for by what is no text") }
        return texts
    }

    /// Each claim with `null` or an object of known members (OpenID Connect Core §5.5.1).
    private func members(_ json: JSONValue, _ name: String) throws(OAuthError) -> [JSONValue.Member] {
        guard let part = json[name], part != .null else { return [] }
        guard let members = part.objectMembers else { throw fault("claims holds a \(name) that is no object") }
        guard members.count <= 50 else { throw fault("claims asks for too many claims") }
        for member in members where member.value != .null {
            guard member.value.objectMembers != nil else {
                throw fault("a claim is asked for with neither null nor an object")
            }
            if let essential = member.value["essential"], essential.boolValue == nil {
                throw fault("essential is no boolean")
            }
            if let values = member.value["values"], values.arrayValue == nil { throw fault("values is no array") }
        }
        return members
    }

    private func fault(_ description: String, _ detail: String? = nil) -> OAuthError {
        OAuthError(.invalidRequest, description, detail: detail)
    }
}
