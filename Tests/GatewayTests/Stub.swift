import Testing

@Suite struct GatewayStub { @Test func works() { #expect(Bool(true)) } }
