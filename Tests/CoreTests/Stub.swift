import Testing

@Suite struct CoreStub { @Test func works() { #expect(Bool(true)) } }
