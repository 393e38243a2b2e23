import Testing

@Suite struct BookingStub { @Test func works() { #expect(Bool(true)) } }
