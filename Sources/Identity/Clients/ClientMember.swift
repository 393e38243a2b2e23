package import Core

/// One member of a client's metadata (RFC 7591 §2 and the specifications that add to it): its name, its flag on the
/// command line, and how it is read from and written to a `ClientRegistration`.
///
/// The table `ClientMembers.all` is the only list of members there is: flags, files, both APIs, the pages and every
/// fault are named from it.
package struct ClientMember: Sendable {
    typealias Path<Value> = any (WritableKeyPath<ClientRegistration, Value> & Sendable)

    /// As in the registration protocol: `redirect_uris`.
    package let name: String
    /// As on the command line: `--redirect-uri`.
    package let flag: String
    /// Whether a system that registers itself may set it; the rest is for operators and administrators.
    package let isOpen: Bool
    /// `nil` when the member stands at its default.
    package let read: @Sendable (ClientRegistration) -> JSONValue?
    /// - Returns: why the value is not accepted; `nil` when it is. `null` puts the member back to its default.
    package let write: @Sendable (inout ClientRegistration, JSONValue) -> String?

    /// As in files and in the administration's API: `redirectUris`, `clientNameEn`.
    package var camelName: String {
        var parts = name.split { $0 == "_" || $0 == "#" }.map(String.init)
        for index in parts.indices.dropFirst() {
            parts[index] = parts[index].prefix(1).uppercased() + parts[index].dropFirst()
        }
        return parts.joined()
    }

    /// Members that a program may send at most of a list, and the length of one.
    private static let listLimit = 50
    static let textLimit = 2000

    static func text(_ name: String, _ flag: String, _ path: Path<String?>, isOpen: Bool = true) -> ClientMember {
        ClientMember(name: name, flag: flag, isOpen: isOpen) { registration in
            registration[keyPath: path].map(JSONValue.string)
        } write: { registration, value in
            switch value {
            case .null: registration[keyPath: path] = nil
            case .string(let text) where (1...textLimit).contains(text.utf8.count): registration[keyPath: path] = text
            default: return "must be a text of 1 to \(textLimit) bytes"
            }
            return nil
        }
    }

    static func list(_ name: String, _ flag: String, _ path: Path<[String]>, isOpen: Bool = true) -> ClientMember {
        ClientMember(name: name, flag: flag, isOpen: isOpen) { registration in
            let values = registration[keyPath: path]
            return values.isEmpty ? nil : .strings(values)
        } write: { registration, value in
            guard let values = texts(value) else { return listFault }
            registration[keyPath: path] = values
            return nil
        }
    }

    static func list(_ name: String, _ flag: String, _ path: Path<[String]?>, isOpen: Bool = true) -> ClientMember {
        ClientMember(name: name, flag: flag, isOpen: isOpen) { registration in
            registration[keyPath: path].map { JSONValue.strings($0) }
        } write: { registration, value in
            guard let values = texts(value) else { return listFault }
            registration[keyPath: path] = values.isEmpty ? nil : values
            return nil
        }
    }

    static func flag(_ name: String, _ flag: String, _ path: Path<Bool?>, isOpen: Bool = true) -> ClientMember {
        ClientMember(name: name, flag: flag, isOpen: isOpen) { registration in
            registration[keyPath: path].map(JSONValue.bool)
        } write: { registration, value in
            switch value {
            case .null: registration[keyPath: path] = nil
            case .bool(let flag): registration[keyPath: path] = flag
            default: return "must be true or false"
            }
            return nil
        }
    }

    static func integer(_ name: String, _ flag: String, _ path: Path<Int?>, isOpen: Bool = true) -> ClientMember {
        ClientMember(name: name, flag: flag, isOpen: isOpen) { registration in
            registration[keyPath: path].map { .integer(Int64($0)) }
        } write: { registration, value in
            switch value {
            case .null: registration[keyPath: path] = nil
            case .integer(let number) where (0...Int64(Int32.max)).contains(number):
                registration[keyPath: path] = Int(number)
            default: return "must be a whole number from 0 to \(Int32.max)"
            }
            return nil
        }
    }

    static func seconds(_ name: String, _ flag: String, _ path: Path<Duration?>) -> ClientMember {
        ClientMember(name: name, flag: flag, isOpen: false) { registration in
            registration[keyPath: path].map { .integer($0.milliseconds / 1000) }
        } write: { registration, value in
            switch value {
            case .null: registration[keyPath: path] = nil
            case .integer(let number) where (1...Int64(Int32.max)).contains(number):
                registration[keyPath: path] = .seconds(number)
            default: return "must be a number of seconds from 1 to \(Int32.max)"
            }
            return nil
        }
    }

    private static let listFault = "must be a list of at most \(listLimit) texts of 1 to \(textLimit) bytes each"

    private static func texts(_ value: JSONValue) -> [String]? {
        if value == .null { return [] }
        guard let values = value.arrayValue, values.count <= listLimit else { return nil }
        var texts = [String]()
        for value in values {
            guard let text = value.stringValue, (1...textLimit).contains(text.utf8.count) else { return nil }
            texts.append(text)
        }
        return texts
    }
}
