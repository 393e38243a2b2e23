import Core
import Foundation
import TestKit

/// Real certificates, made by the `openssl` program: an authority, a client it vouches for, and a client nobody does.
struct TestCertificates: Sendable {
    static let shared = Result { try TestCertificates() }

    /// PEM of the authority.
    let authority: String
    /// DER; subject `CN=client,OU=数据局,O=Example`, DNS `client.example`, URI `urn:client:1`, the addresses
    /// 192.0.2.7 and 2001:db8::7, mail `ops@client.example`.
    let vouched: [UInt8]
    /// DER; the same names by another authority.
    let foreign: [UInt8]
    /// DER, signed with its own key.
    let selfSigned: [UInt8]
    /// The public key of `selfSigned`, SubjectPublicKeyInfo in DER.
    let selfSignedKey: [UInt8]

    private init() throws {
        let directory = NSTemporaryDirectory() + "/yimen-certificates-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let names =
            "subjectAltName=DNS:client.example,URI:urn:client:1,IP:192.0.2.7,IP:2001:db8::7,email:ops@client.example"
        func run(_ arguments: String...) throws {
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.currentDirectoryURL = URL(fileURLWithPath: directory)
            process.arguments = ["openssl"] + arguments
            process.standardError = FileHandle.nullDevice
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else { throw Failed(arguments: arguments) }
        }
        func key(_ name: String) throws {
            try run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256", "-out", name + ".key")
        }
        // The clock of the tests stands in November 2026.
        func authority(_ name: String) throws {
            try key(name)
            try run(
                "req", "-x509", "-new", "-key", name + ".key", "-subj", "/CN=" + name, "-days", "3650", "-out",
                name + ".pem")
        }
        func client(_ name: String, by issuer: String) throws {
            try key(name)
            try run(
                "req", "-new", "-utf8", "-key", name + ".key", "-subj", "/O=Example/OU=数据局/CN=client", "-addext", names,
                "-out", name + ".csr")
            try run(
                "x509", "-req", "-in", name + ".csr", "-CA", issuer + ".pem", "-CAkey", issuer + ".key", "-days",
                "3650",
                "-copy_extensions", "copy", "-outform", "DER", "-out", name + ".der")
        }
        func bytes(_ name: String) throws -> [UInt8] {
            Array(try Data(contentsOf: URL(fileURLWithPath: directory + "/" + name)))
        }
        try authority("authority")
        try authority("stranger")
        try client("vouched", by: "authority")
        try client("foreign", by: "stranger")
        try key("own")
        try run(
            "req", "-x509", "-new", "-key", "own.key", "-subj", "/CN=own", "-days", "3650", "-outform", "DER", "-out",
            "own.der")
        try run("pkey", "-in", "own.key", "-pubout", "-outform", "DER", "-out", "own.pub")
        self.authority = String(decoding: try bytes("authority.pem"), as: UTF8.self)
        vouched = try bytes("vouched.der")
        foreign = try bytes("foreign.der")
        selfSigned = try bytes("own.der")
        selfSignedKey = try bytes("own.pub")
    }

    private struct Failed: Error {
        let arguments: [String]
    }
}
