enum GatewayStub {}
