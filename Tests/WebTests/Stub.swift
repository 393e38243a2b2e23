import Testing

@Suite struct WebStub { @Test func works() { #expect(Bool(true)) } }
