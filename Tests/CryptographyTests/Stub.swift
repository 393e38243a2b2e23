import Testing

@Suite struct CryptographyStub { @Test func works() { #expect(Bool(true)) } }
