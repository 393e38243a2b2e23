import Core
import Foundation
import Identity
import Yams

/// One relying system in a YAML file (`config/sso/*.yaml`): the members of a client under their own names, and `id`.
///
/// A secret never stands in the file: `secretFrom` names an environment variable that holds it.
struct ClientFile {
    static let ownMembers: Set<String> = ["id", "secretFrom"]

    let path: String
    let id: String
    /// Name of the environment variable.
    let secretFrom: String?
    let members: JSONValue
    /// Line of each member.
    private let lines: [String: Int]

    /// - Throws: `ClientFileFault` naming file, line and member.
    init(path: String) throws {
        guard let data = FileManager.default.contents(atPath: path), data.count <= 262_144 else {
            throw ClientFileFault(path, nil, "the file", "cannot be read or is longer than 256 KiB")
        }
        try self.init(text: String(decoding: data, as: UTF8.self), path: path)
    }

    init(text: String, path: String) throws {
        let root: Node?
        do {
            root = try compose(yaml: text)
        } catch {
            throw ClientFileFault(path, nil, "the file", "is no YAML: \(error)")
        }
        guard case .mapping(let mapping)? = root else {
            throw ClientFileFault(path, nil, "the file", "must hold the members of one client")
        }
        var members = [JSONValue.Member]()
        var lines = [String: Int]()
        for (key, node) in mapping {
            guard let name = key.scalar?.string else {
                throw ClientFileFault(path, key.mark?.line, "?", "is no plain key")
            }
            lines[name] = key.mark?.line
            members.append(JSONValue.Member(name, try Self.value(node, name, path)))
        }
        let object = JSONValue.object(members)
        guard case .string(let id)? = object["id"] else {
            throw ClientFileFault(path, lines["id"], "id", "is missing; it is the client_id")
        }
        if let name = object["secretFrom"], name.stringValue == nil {
            throw ClientFileFault(path, lines["secretFrom"], "secretFrom", "must name an environment variable")
        }
        self.path = path
        self.id = id
        secretFrom = object["secretFrom"]?.stringValue
        self.members = object
        self.lines = lines
    }

    /// Writes the file's members over a fresh registration, so that a member left out stands at its default.
    ///
    /// - Parameter hash: digest of the secret the client has already.
    /// - Throws: `ClientFileFault` with everything that is wrong.
    func registration(keeping hash: String?, environment: [String: String]) throws -> ClientRegistration {
        var registration = ClientRegistration(id: id)
        registration.secretHash = hash
        if let name = secretFrom {
            guard let secret = environment[name], !secret.isEmpty else {
                throw ClientFileFault(path, lines["secretFrom"], "secretFrom", "the variable \(name) is not set")
            }
            registration.secret = Core.Secret(secret)
        }
        try report(ClientDocument.apply(members, to: &registration, besides: Self.ownMembers))
        return registration
    }

    /// - Throws: `ClientFileFault` unless the list is empty.
    func report(_ faults: [ClientFault]) throws {
        guard !faults.isEmpty else { return }
        throw ClientFileFault(
            lines: faults.map { fault in
                let name =
                    ClientMembers.named[fault.member]?.camelName
                    ?? (fault.member == "client_id"
                        ? "id" : fault.member == "client_secret" ? "secretFrom" : fault.member)
                return ClientFileFault.line(path, lines[name], name, fault.detail)
            })
    }

    private static func value(_ node: Node, _ name: String, _ path: String) throws -> JSONValue {
        switch node {
        case .scalar(let scalar):
            guard scalar.style == .plain || scalar.style == .any else { return .string(scalar.string) }
            switch Resolver.default.resolveTag(of: node) {
            case .null: return .null
            case .bool: return node.bool.map(JSONValue.bool) ?? .string(scalar.string)
            case .int: return node.int.map { .integer(Int64($0)) } ?? .string(scalar.string)
            default: return .string(scalar.string)
            }
        case .sequence(let sequence): return .array(try sequence.map { try value($0, name, path) })
        case .mapping(let mapping):
            return .object(
                try mapping.map { key, inner in
                    guard let inside = key.scalar?.string else {
                        throw ClientFileFault(path, key.mark?.line, name, "holds a key that is no text")
                    }
                    return JSONValue.Member(inside, try value(inner, name, path))
                })
        default: throw ClientFileFault(path, node.mark?.line, name, "refers to another place of the file")
        }
    }

    /// A client in the form that this reads.
    static func text(_ record: ClientRecord) throws -> String {
        let members = [JSONValue.Member("id", .string(record.client.id))] + ClientDocument.members(of: record.client)
        let body = try serialize(node: node(.object(members)), allowUnicode: true)
        return "# \(record.state.rawValue), version \(record.version)\n" + body.trimmingCharacters(in: .newlines)
    }

    private static func node(_ value: JSONValue) -> Node {
        switch value {
        case .null: Node("null", Tag(.null))
        case .bool(let flag): Node(flag ? "true" : "false", Tag(.bool))
        case .integer(let number): Node(String(number), Tag(.int))
        case .number(let number): Node(String(number), Tag(.float))
        case .string(let text):
            Node(text, Tag(.str), Resolver.default.resolveTag(of: Node(text)) == .str ? .any : .doubleQuoted)
        case .array(let values): Node(values.map(node))
        case .object(let members): Node(members.map { (Node($0.name), node($0.value)) })
        }
    }
}

/// What is wrong with a client's file, a line for each fault: `config/sso/x.yaml:12: redirectUris: …`.
struct ClientFileFault: Error, CustomStringConvertible {
    let lines: [String]
    var description: String { lines.joined(separator: "\n") }

    init(lines: [String]) { self.lines = lines }

    init(_ path: String, _ line: Int?, _ member: String, _ reason: String) {
        lines = [Self.line(path, line, member, reason)]
    }

    static func line(_ path: String, _ line: Int?, _ member: String, _ reason: String) -> String {
        (line.map { "\(path):\($0)" } ?? path) + ": \(member): \(reason)"
    }
}
