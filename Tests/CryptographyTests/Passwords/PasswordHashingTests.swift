import Core
import Testing

@testable import Cryptography

@Suite("Argon2id password hashing (RFC 9106)")
struct PasswordHashingTests {
    private static let cheap = PasswordParameters(memoryKiB: 64, passes: 1, lanes: 1)

    private func hashing(threads: Int = 2, queueLimit: Int = 128, _ parameters: PasswordParameters = cheap)
        -> PasswordHashing
    {
        PasswordHashing(settings: .init(parameters: parameters, threads: threads, queueLimit: queueLimit))
    }

    @Test(arguments: [
        // Made by the reference command line program.
        ("$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4", "password"),
        ("$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc", "password"),
        ("$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc", "password"),
    ])
    func `the reference vectors hold, whatever their cost`(phc: String, password: String) async throws {
        let hashing = hashing()
        #expect(try await hashing.verify(Secret(password), against: phc) == .matchesNeedsRehash)
        #expect(try await hashing.verify(Secret("differentpassword"), against: phc) == .differs)
    }

    @Test func `a hash made here matches its password alone`() async throws {
        let hashing = hashing()
        let phc = try await hashing.hash(Secret("Yimen-demo-2026"))
        #expect(phc.hasPrefix("$argon2id$v=19$m=64,t=1,p=1$"))
        #expect(try await hashing.verify(Secret("Yimen-demo-2026"), against: phc) == .matches)
        for wrong in ["yimen-demo-2026", "Yimen-demo-2026 ", "", "Yimen-demo-202"] {
            #expect(try await hashing.verify(Secret(wrong), against: phc) == .differs)
        }
        #expect(try await hashing.hash(Secret("Yimen-demo-2026")) != phc)
    }

    @Test func `the standard cost is 19 MiB in two passes`() async throws {
        let phc = try await hashing(.standard).hash(Secret("x"))
        #expect(phc.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
        #expect(try await hashing().verify(Secret("x"), against: phc) == .matchesNeedsRehash)
    }

    @Test func `composed and decomposed spellings are one password`() async throws {
        let hashing = hashing()
        let phc = try await hashing.hash(Secret("caf\u{E9}密码"))
        #expect(try await hashing.verify(Secret("cafe\u{301}密码"), against: phc) == .matches)
    }

    @Test func `the dummy hash costs the same and matches nothing`() async throws {
        let hashing = hashing()
        #expect(PHCString(hashing.dummyHash)?.parameters == Self.cheap)
        #expect(try await hashing.verify(Secret(""), against: hashing.dummyHash) == .differs)
    }

    @Test func `over-long passwords and foreign hashes are refused before any work`() async {
        let hashing = hashing()
        await #expect(throws: PasswordFault.tooLong) {
            try await hashing.hash(Secret(String(repeating: "x", count: 1025)))
        }
        await #expect(throws: PasswordFault.unreadableHash) { try await hashing.verify(Secret("x"), against: "plain") }
    }

    @Test func `sixty-four comparisons at once all succeed`() async throws {
        let hashing = hashing()
        let phc = try await hashing.hash(Secret("x"))
        let verdicts = try await withThrowingTaskGroup(of: PasswordVerdict.self) { group in
            for _ in 0..<64 { group.addTask { try await hashing.verify(Secret("x"), against: phc) } }
            return try await group.reduce(into: [PasswordVerdict]()) { $0.append($1) }
        }
        #expect(verdicts == Array(repeating: .matches, count: 64))
    }

    @Test func `beyond the queue callers are refused at once with a time to come back`() async throws {
        let hashing = hashing(threads: 1, queueLimit: 2, .standard)
        let phc = hashing.dummyHash
        let start = ContinuousClock.now
        let outcomes = await withTaskGroup(of: (Bool, Duration).self) { group in
            for _ in 0..<40 {
                group.addTask {
                    do {
                        _ = try await hashing.verify(Secret("x"), against: phc)
                        return (true, ContinuousClock.now - start)
                    } catch {
                        let problem = error as? Problem
                        #expect(problem?.kind == .busy)
                        #expect(problem?.headers.first?.name == "Retry-After")
                        return (false, ContinuousClock.now - start)
                    }
                }
            }
            return await group.reduce(into: [(Bool, Duration)]()) { $0.append($1) }
        }
        #expect((3...6).contains(outcomes.count { $0.0 }))
        let served = outcomes.filter(\.0).map(\.1).max() ?? .zero
        let refused = outcomes.filter { !$0.0 }.map(\.1).min() ?? .seconds(1)
        #expect(refused < served)
    }

    @Test func `a cancelled caller does not cost a hash`() async throws {
        let hashing = hashing(threads: 1, queueLimit: 64, .standard)
        let phc = hashing.dummyHash
        let tasks = (0..<40).map { _ in Task { try await hashing.verify(Secret("x"), against: phc) } }
        for task in tasks { task.cancel() }
        var cancelled = 0
        for task in tasks {
            do { _ = try await task.value } catch is CancellationError { cancelled += 1 }
        }
        #expect(cancelled >= 35)
    }

    @Test func `a pool that is let go finishes what it has accepted`() async throws {
        var hashing: PasswordHashing? = hashing(threads: 1)
        let phc = try #require(hashing?.dummyHash)
        let held = try #require(hashing)
        let task = Task { try await held.verify(Secret("x"), against: phc) }
        hashing = nil
        #expect(try await task.value == .differs)
    }
}
