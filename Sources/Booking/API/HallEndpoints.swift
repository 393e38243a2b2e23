import Catalogue
import Core
import HTTPTypes
import Hummingbird
import Web

/// What a hall's queue machine does: check in, issue numbers; scope `hall.kiosk`, its own hall only.
struct HallEndpoints: Sendable {
    let booking: Booking

    func addRoutes(to api: RouterGroup<WebContext>) {
        api.post("/api/v1/halls/{hall}/check-ins", use: checkIn)
        api.post("/api/v1/halls/{hall}/tickets", use: issue)
    }

    @Sendable private func checkIn(_ request: Request, _ context: WebContext) async throws -> Response {
        let (hall, device) = try place(context)
        let key = try request.idempotencyKey()
        let body = try await JSONBody.read(request)
        let proof = try HallEndpoints.proof(in: body)
        let ticket = try await booking.checkIns.redeem(
            hall: hall, proof: proof, asWalkIn: try body.optionalBool("asWalkIn") ?? false, by: device,
            idempotencyKey: key)
        return Response.json(BookingJSON.ticket(ticket), status: .created).withNoStore()
    }

    @Sendable private func issue(_ request: Request, _ context: WebContext) async throws -> Response {
        let (hall, device) = try place(context)
        let key = try request.idempotencyKey()
        let body = try await JSONBody.read(request)
        try body.rejectUnknown(["item", "class"])
        var priority = PriorityClass.ordinary
        if let text = try body.optionalString("class", max: 32) {
            guard let known = PriorityClass(rawValue: text) else {
                throw Problem.invalid(
                    "/class", "one of \(PriorityClass.allCases.map(\.rawValue).joined(separator: ", ")) is expected")
            }
            priority = known
        }
        let ticket = try await booking.walkIns.issue(
            hall: hall, item: try body.string("item", max: 64), priority: priority, by: device, idempotencyKey: key)
        return Response.json(BookingJSON.ticket(ticket), status: .created).withNoStore()
    }

    private func place(_ context: WebContext) throws -> (String, Principal) {
        let device = try context.require(scope: Scope.kiosk)
        let hall = try context.pathParameter("hall", max: 64)
        guard booking.catalogue.current.hall(hall) != nil else { throw Problem(.notFound, "No hall has this id.") }
        try CheckOfficer.device(device, in: hall)
        return (hall, device)
    }

    private static func proof(in body: JSONReader) throws -> CheckInProof {
        try body.rejectUnknown(["ticket", "code", "identityNumber", "asWalkIn"])
        let ticket = try body.optionalString("ticket", max: 200)
        let code = try body.optionalString("code", max: 20)
        let identityNumber = try body.optionalString("identityNumber", max: 32)
        switch (ticket, code, identityNumber) {
        case (let ticket?, nil, nil): return .ticket(ticket)
        case (nil, let code?, nil): return .code(code)
        case (nil, nil, let number?): return .identityNumber(number)
        default: throw Problem.invalid("", "exactly one of ticket, code and identityNumber is expected")
        }
    }
}
