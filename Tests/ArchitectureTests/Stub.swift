import Testing

@Suite struct ArchitectureStub { @Test func works() { #expect(Bool(true)) } }
