import Testing
import Web

@Suite("OpenID identity rule 17: which systems outside may be called")
struct OutboundPolicyTests {
    @Test(arguments: [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254",
        "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1", "ff02::1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001:db8::1", "64:ff9b:1::a00:1",
        "64:ff9b:1:ffff::7f00:1", "::7f00:1", "::ffff:0:7f00:1", "100::1", "fc00::1", "fec0::1", "febf::1",
        "2001::7f00:1", "3fff::1", "4000::1", "192.0.0.170", "198.18.0.1", "198.19.255.255", "100.127.255.255",
        "192.0.2.1", "192.88.99.1", "198.51.100.1", "203.0.113.1", "::ffff:100.64.0.1", "::FFFF:a00:1",
    ])
    func `addresses inside are closed`(address: String) {
        #expect(!OutboundPolicy().admits(address: address, isSecure: true))
    }

    /// What cannot be judged is not called, whatever a resolver makes of it.
    @Test(arguments: [
        "", " ", "localhost", "fe80::1%eth0", "2400:3200::1%1", "127.1", "2130706433", "0x7f000001", "010.0.0.1",
        "8.8.8.8/32", "8.8.8.8 ", "[2400:3200::1]", "1.2.3.4.5", "::ffff:8.8.8.8.8",
    ])
    func `text that is no address is closed`(address: String) {
        #expect(!OutboundPolicy().admits(address: address, isSecure: true))
        let all = ["0.0.0.0/0", "::/0"].compactMap(AddressRange.init)
        let policy = OutboundPolicy(allowedRanges: all, allowsPlainHTTP: true)
        #expect(!policy.admits(address: address, isSecure: true))
    }

    @Test(arguments: [
        "8.8.8.8", "172.32.0.1", "192.169.0.1", "192.0.1.1", "198.20.0.1", "100.128.0.1", "::ffff:8.8.8.8",
        "2400:3200::1", "2001:4860:4860::8888", "3ffe::1",
    ])
    func `public addresses are open over https only`(address: String) {
        #expect(OutboundPolicy().admits(address: address, isSecure: true))
        #expect(!OutboundPolicy().admits(address: address, isSecure: false))
    }

    @Test func `an operator opens a block, and plain http apart from it`() throws {
        let range = try #require(AddressRange("10.1.0.0/16"))
        let policy = OutboundPolicy(allowedRanges: [range])
        #expect(policy.admits(address: "10.1.2.3", isSecure: true))
        #expect(!policy.admits(address: "10.1.2.3", isSecure: false))
        #expect(!policy.admits(address: "10.2.0.1", isSecure: true))
        #expect(
            OutboundPolicy(allowedRanges: [range], allowsPlainHTTP: true).admits(address: "10.1.2.3", isSecure: false))
    }

    @Test(arguments: ["ftp://localhost/x", "not a url", "http:///x", "javascript:alert(1)"])
    func `only http and https URLs are called`(uri: String) async {
        await #expect(throws: OutboundFault.malformedURL) {
            _ = try await OutboundClient(policy: OutboundPolicy()).post(ParameterList([:]), to: uri)
        }
    }

    @Test(arguments: ["https://localhost:1/", "https://127.0.0.1:1/", "https://[::1]:1/", "https://0x7f000001:1/"])
    func `the resolved address decides, however it is written`(uri: String) async {
        await #expect(throws: OutboundFault.addressNotAllowed) {
            _ = try await OutboundClient(policy: OutboundPolicy()).post(ParameterList([:]), to: uri)
        }
    }
}
