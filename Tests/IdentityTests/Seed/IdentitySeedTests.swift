import Core
import Foundation
import Storage
import TestKit
import Testing

@testable import Identity

@Suite("Demo people and clients")
struct IdentitySeedTests {
    private static let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "config/seed").path()

    private func seeder(_ house: House, demo: Bool = true) -> IdentitySeeder {
        IdentitySeeder(
            database: house.database, crypto: House.crypto, passwords: House.passwords,
            settings: IdentitySettings(issuer: House.issuer, demo: demo), surroundings: house.surroundings)
    }

    @Test(arguments: Backend.available)
    func `seeding twice puts sixteen citizens and five of staff on record once`(backend: Backend) async throws {
        try await House.run(backend) { house in
            for _ in 0..<2 { try await seeder(house).seed(from: Self.directory) }
            let count = try await house.database.read { try $0.query("SELECT id FROM identity_person").count }
            #expect(count == 21)
            let subject = try #require(try await house.provider.people.subject(identityNumber: "37080218000101000x"))
            #expect(try await house.provider.people.phone(of: subject) == "19900000008")
            #expect(try await house.provider.people.displayName(of: subject) == "测*辛")
            #expect(try await house.provider.people.subject(identityNumber: "370102180001010002") == nil)
            #expect(try await house.provider.registry.list().count { $0.id.hasPrefix("sample-") } == 2)
            #expect(try await house.provider.registry.list().contains { $0.id == "kiosk-jinan-24h" })
        }
    }

    @Test func `outside the demo nothing is seeded and demo numbers are refused`() async throws {
        try await House.run { house in
            await #expect(throws: SeedFault.self) { try await seeder(house, demo: false).seed(from: Self.directory) }
            let people = PeopleRegistry(
                database: house.database, crypto: House.crypto, passwords: House.passwords,
                settings: IdentitySettings(issuer: "https://id.example", demo: false), surroundings: house.surroundings)
            let person = NewPerson(
                name: "测试甲", identityNumber: "370102180001010001", phone: "19900000001", password: Secret("long enough")
            )
            await #expect(throws: PersonFault.self) { try await people.add(person) }
        }
    }

    @Test func `what is on record is sealed and only a blind index is searchable`() async throws {
        try await House.run { house in
            try await seeder(house).seed(from: Self.directory)
            let rows = try await house.database.read { statements in
                try statements.query("SELECT * FROM identity_person").map { row in
                    try [
                        "sealed_name", "sealed_phone", "phone_index", "sealed_identity_number", "identity_number_index",
                    ]
                    .compactMap { try row.optionalText($0) }
                }
            }
            for value in rows.flatMap({ $0 }) {
                #expect(!value.contains("测试") && !value.contains("1990000") && !value.contains("18000101"))
            }
        }
    }

    static let faults: [(String, @Sendable (inout NewPerson) -> Void)] = [
        ("name", { $0.name = "" }),
        ("phone or a sign-in name", { $0.phone = nil }),
        ("phone", { $0.phone = "12345" }),
        ("identity number", { $0.identityNumber = "370102180001010002" }),
        ("password", { $0.password = Secret("short") }),
        (
            "password",
            {
                $0.roles = [.administrator]
                $0.password = Secret("elevenchars")
            }
        ),
        (
            "hall",
            {
                $0.roles = [.officer]
                $0.password = Secret("long enough for staff")
            }
        ),
        ("sign-in name", { $0.signInName = "19900000002" }),
    ]

    @Test(arguments: faults.indices)
    func `a person who cannot be right is refused with the reason`(index: Int) {
        var person = NewPerson(name: "测试甲", phone: "19900000001", password: Secret("long enough"))
        Self.faults[index].1(&person)
        let error = #expect(throws: PersonFault.self) { try CheckNewPerson(demo: true)(person) }
        #expect(error?.description.contains(Self.faults[index].0) == true)
    }

    @Test func `a phone or number is on record once`() async throws {
        try await House.run { house in
            try await house.addCitizen()
            await #expect(throws: PersonFault.self) { try await house.addCitizen() }
        }
    }
}
