enum BookingStub {}
