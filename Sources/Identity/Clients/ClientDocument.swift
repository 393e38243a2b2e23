package import Core

/// Reads a client's metadata from a JSON object into a registration, and writes it the other way.
package enum ClientDocument {
    /// How members are called.
    package enum Naming: Sendable {
        /// `redirect_uris`, as in RFC 7591.
        case registration
        /// `redirectUris`, as in all of Yimen's own files and APIs.
        case own

        package func name(_ member: ClientMember) -> String { self == .own ? member.camelName : member.name }

        func member(_ name: String) -> ClientMember? {
            self == .own ? ClientMembers.camelNamed[name] : ClientMembers.named[name]
        }
    }

    /// Writes the members that the object holds; members it does not hold stay as they are.
    ///
    /// - Parameter besides: names that the caller reads by itself.
    /// - Returns: faults, unknown members among them, under the names used in the object.
    package static func apply(
        _ object: JSONValue, to registration: inout ClientRegistration, besides: Set<String> = []
    ) -> [ClientFault] {
        guard let members = object.objectMembers else { return [ClientFault("", "must be an object")] }
        var faults = [ClientFault]()
        var seen = Set<String>()
        for member in members where !besides.contains(member.name) {
            guard let known = Naming.own.member(member.name) else {
                faults.append(ClientFault(member.name, "is no member of a client; `yimen client members` lists them"))
                continue
            }
            guard seen.insert(member.name).inserted else {
                faults.append(ClientFault(known.name, "is given twice"))
                continue
            }
            if let reason = known.write(&registration, member.value) { faults.append(ClientFault(known.name, reason)) }
        }
        return faults
    }

    /// All members that are set, in the order of the table.
    package static func members(of client: Client, naming: Naming = .own) -> [JSONValue.Member] {
        let registration = ClientRegistration(client)
        return ClientMembers.all.compactMap { member in
            member.read(registration).map { JSONValue.Member(naming.name(member), $0) }
        }
    }
}
