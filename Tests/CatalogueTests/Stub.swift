import Testing

@Suite struct CatalogueStub { @Test func works() { #expect(Bool(true)) } }
