import Testing

@Suite struct ServerStub { @Test func works() { #expect(Bool(true)) } }
