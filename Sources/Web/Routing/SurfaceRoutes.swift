import HTTPTypes
import Hummingbird

/// The parent of a group: enters every route into the table and under the deadline.
struct SurfaceRoutes: RouterMethods {
    let router: Router<WebContext>
    let table: RouteTable
    let surface: Surface
    let deadlines: RequestDeadlines

    @discardableResult
    func on<Responder: HTTPResponder>(
        _ path: RouterPath, method: HTTPRequest.Method, responder: Responder
    ) -> Self where Responder.Context == WebContext {
        let entry = table.add(path, method: method, surface: surface)
        router.on(
            path, method: method, responder: TimedResponder(entry: entry, deadlines: deadlines, responder: responder))
        return self
    }

    func add(middleware: any MiddlewareProtocol<Request, Response, WebContext>) -> Self {
        router.add(middleware: middleware)
        return self
    }
}
