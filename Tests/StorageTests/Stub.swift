import Testing

@Suite struct StorageStub { @Test func works() { #expect(Bool(true)) } }
