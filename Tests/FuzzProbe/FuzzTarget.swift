#if DEBUG || YIMEN_FUZZING
import Foundation
import Synchronization

/// One parser of outside data, and what must be true of its answer whatever the bytes are.
struct FuzzTarget: Sendable {
    let name: String
    /// Valid inputs, from which the mutations start.
    let seeds: [[UInt8]]
    private let body: @Sendable ([UInt8]) throws -> Void

    /// - Parameter body: throws where the parser refuses, which is a good answer to most bytes.
    init(_ name: String, bytes seeds: [[UInt8]], _ body: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.name = name
        self.seeds = seeds
        self.body = body
    }

    /// For parsers of text: bytes that are no UTF-8 arrive repaired, as they do from a header.
    init(_ name: String, _ seeds: [String], _ body: @escaping @Sendable (String) throws -> Void) {
        self.init(name, bytes: seeds.map { Array($0.utf8) }) { try body(String(decoding: $0, as: UTF8.self)) }
    }

    /// Returns for every input; a trap or a broken promise ends the process.
    func feed(_ bytes: [UInt8]) {
        try? body(bytes)
    }

    func writeSeeds(into directory: String) throws {
        let folder = URL(filePath: directory)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        for (number, seed) in seeds.enumerated() {
            try Data(seed).write(to: folder.appending(path: "seed-\(number)"))
        }
    }

    static let all: [FuzzTarget] =
        TextTargets.all + NumberTargets.all + TokenTargets.all + CertificateTargets.all + SealTargets.all
        + ParameterTargets.all + HeaderTargets.all + AddressTargets.all + ProtocolTargets.all + ClientTargets.all
        + PersonTargets.all + HallTargets.all

    static func named(_ name: String) -> FuzzTarget {
        guard let target = all.first(where: { $0.name == name }) else {
            FuzzProbe.leave("there is no target \(name); `FuzzProbe list` names them")
        }
        return target
    }
}

/// Ends the process, as a trap would, when something promised does not hold.
func hold(_ condition: Bool, _ promise: @autoclosure () -> String) {
    if !condition { fatalError("broken promise: " + promise()) }
}

/// `hold` for what must be there.
func have<Value>(_ value: Value?, _ promise: @autoclosure () -> String) -> Value {
    guard let value else { fatalError("broken promise: " + promise()) }
    return value
}

/// `String ==` follows Unicode equivalence; what is written down is compared byte for byte.
func same(_ left: String, _ right: String) -> Bool {
    left.utf8.elementsEqual(right.utf8)
}

/// The result of asynchronous work, awaited by a thread outside the cooperative pool.
func waiting<Value: Sendable>(_ work: @escaping @Sendable () async throws -> Value) throws -> Value {
    let done = DispatchSemaphore(value: 0)
    let place = Place<Value>()
    Task.detached {
        let result: Result<Value, any Error>
        do { result = .success(try await work()) } catch { result = .failure(error) }
        place.result.withLock { $0 = result }
        done.signal()
    }
    done.wait()
    return try have(place.result.withLock { $0 }, "work has a result").get()
}

private final class Place<Value: Sendable>: Sendable {
    let result = Mutex<Result<Value, any Error>?>(nil)
}
#endif
