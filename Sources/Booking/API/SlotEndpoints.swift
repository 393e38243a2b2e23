import Core
import HTTPTypes
import Hummingbird
import Web

/// `GET …/slots` and `GET …/availability`: public, from memory.
struct SlotEndpoints: Sendable {
    let booking: Booking

    func addRoutes(to api: RouterGroup<WebContext>) {
        api.get("/api/v1/halls/{hall}/slots", use: slots)
        api.get("/api/v1/halls/{hall}/availability", use: availability)
    }

    @Sendable private func slots(_ request: Request, _ context: WebContext) async throws -> Response {
        let hall = try context.pathParameter("hall", max: 64)
        let query = try Query(request)
        guard let date = try query.date("date") else { throw Problem.invalid("date", "the parameter is missing") }
        let list = try await booking.slots.slots(
            hall: hall, item: try query.item(), date: date, channel: try query.channel())
        return SlotEndpoints.fresh(list.json)
    }

    @Sendable private func availability(_ request: Request, _ context: WebContext) async throws -> Response {
        let hall = try context.pathParameter("hall", max: 64)
        let query = try Query(request)
        let item = try query.item()
        let today = ProvinceTime.date(of: booking.now())
        let from = try query.date("from") ?? today
        let to = try query.date("to") ?? from.adding(days: booking.settings.horizonDays - 1)
        let answer = try await booking.slots.availability(
            hall: hall, item: item, from: from, to: to, channel: try query.channel())
        return SlotEndpoints.fresh(answer.json)
    }

    /// Not to be kept by anybody: the promise is one second, and our own memory has used it up.
    private static func fresh(_ json: [UInt8]) -> Response {
        var response = Response.json(bytes: json)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    private struct Query {
        let parameters: ParameterList

        init(_ request: Request) throws {
            do {
                parameters = try ParameterList.query(request)
            } catch let fault {
                throw fault.problem
            }
        }

        func single(_ name: String) throws -> String? {
            do {
                return try parameters.single(name)
            } catch let fault {
                throw fault.problem
            }
        }

        func item() throws -> String {
            guard let item = try single("item") else { throw Problem.invalid("item", "the parameter is missing") }
            return item
        }

        func date(_ name: String) throws -> LocalDate? {
            guard let text = try single(name) else { return nil }
            guard let date = LocalDate(text) else {
                throw Problem.invalid(name, "a date such as 2026-11-23 is expected")
            }
            return date
        }

        /// Whose share of the places is counted; the web's where nothing is said.
        func channel() throws -> Channel {
            guard let text = try single("channel") else { return .web }
            guard let channel = Channel(rawValue: text) else {
                throw Problem.invalid("channel", "web, mobile or hall is expected")
            }
            return channel
        }
    }
}
