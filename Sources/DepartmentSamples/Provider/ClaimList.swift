import Foundation

/// The members of a JSON object as lines for a page, in alphabetical order, nested values as compact JSON.
enum ClaimList {
    static func read(_ json: Data) -> [LocalSession.Claim] {
        guard let object = try? JSONDecoder().decode([String: Value].self, from: json) else { return [] }
        return object.sorted { $0.key < $1.key }.map { LocalSession.Claim(name: $0.key, value: $0.value.text) }
    }

    private enum Value: Decodable {
        case plain(String)
        case list([Value])
        case object([String: Value])

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .plain(flag ? "true" : "false")
            } else if let whole = try? container.decode(Int.self) {
                self = .plain(String(whole))
            } else if let number = try? container.decode(Double.self) {
                self = .plain(String(number))
            } else if let text = try? container.decode(String.self) {
                self = .plain(text)
            } else if let list = try? container.decode([Value].self) {
                self = .list(list)
            } else if let object = try? container.decode([String: Value].self) {
                self = .object(object)
            } else {
                self = .plain("null")
            }
        }

        var text: String {
            switch self {
            case .plain(let text): text
            case .list(let values): values.map(\.text).joined(separator: ", ")
            case .object(let members):
                members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value.text)" }.joined(separator: ", ")
            }
        }
    }
}
