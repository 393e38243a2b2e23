import Core
import Foundation
import Identity
import Testing

@testable import Server

@Suite("Relying systems in files: config/sso/*.yaml")
struct ClientFileTests {
    private static let good = """
        # 社会保险网
        id: social-security
        secretFrom: SHEBAO_SECRET
        clientName: 社会保险网
        redirectUris:
          - https://shebao.example/callback
        requirePushedAuthorizationRequests: true
        accessTokenSeconds: 120
        softwareVersion: "1.10"
        """

    @Test func `members are read with their types`() throws {
        let file = try ClientFile(text: Self.good, path: "x.yaml")
        let registration = try file.registration(
            keeping: nil, environment: ["SHEBAO_SECRET": "a-secret-of-thirty-two-characters"])
        #expect(registration.id == "social-security" && registration.name == "社会保险网")
        #expect(registration.policy.mustPush && registration.accessTokenSeconds == 120)
        #expect(registration.profile.softwareVersion == "1.10")
        #expect(registration.secret?.reveal() == "a-secret-of-thirty-two-characters")
    }

    @Test(arguments: [
        ("id: x\nclientNam: y", "x.yaml:2: clientNam"), ("clientName: y", "x.yaml: id"),
        ("id: x\nredirectUris: https://a.example/", "x.yaml:2: redirectUris"),
        ("id: x\n\nrequirePushedAuthorizationRequests: maybe", "x.yaml:3: requirePushedAuthorizationRequests"),
        ("id: x\nsecretFrom: NOWHERE", "x.yaml:2: secretFrom"), ("- a\n- b", "x.yaml: the file"),
        ("id: [", "x.yaml: the file"), ("id: x\nminimumAssurance: L9", "x.yaml:2: minimumAssurance"),
    ])
    func `a fault names file, line and member`(text: String, expected: String) {
        let fault = #expect(throws: ClientFileFault.self) {
            _ = try ClientFile(text: text, path: "x.yaml").registration(keeping: nil, environment: [:])
        }
        #expect(fault?.description.hasPrefix(expected) == true, "\(fault?.description ?? "")")
    }

    @Test func `every file that is shipped is read without a fault`() throws {
        let directory = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "config/sso")
        let files = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasSuffix(".yaml") }
        #expect(!files.isEmpty)
        for name in files {
            let file = try ClientFile(path: directory.appending(path: name).path)
            let environment = file.secretFrom.map { [$0: "a-secret-of-thirty-two-characters"] } ?? [:]
            _ = try file.registration(keeping: nil, environment: environment)
        }
    }
}
