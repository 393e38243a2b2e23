import Hummingbird
import Web

/// `GET /oauth2/session`: the frame in which a system's page asks whether a session has changed (OpenID
/// Connect Session Management 1.0 §3.2). The one page of Yimen that anybody may frame; it shows nothing,
/// changes nothing and answers with `changed` or `unchanged` only to who knows a `session_state`.
struct CheckSessionEndpoint: Sendable {
    let renderer: PageRenderer

    func get(_ request: Request, _ context: WebContext) throws -> Response {
        try renderer.render("identity/check-session", CheckSessionPage(), context: context).framableByAnybody()
    }
}

/// Model of `identity/check-session`.
struct CheckSessionPage: Sendable {}
