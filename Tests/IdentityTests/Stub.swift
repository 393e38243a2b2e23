import Testing

@Suite struct IdentityStub { @Test func works() { #expect(Bool(true)) } }
