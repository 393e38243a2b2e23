import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// The paths of one department's site.
struct OfficeRoutes: Sendable {
    let office: RelyingParty
    let neighbours: [Department]
    let logger: Logger

    private var folder: String { "/\(office.department.slug)" }
    /// The department's own session; its path keeps the departments apart though they share a host.
    private let sessionCookie = "sample_session"
    /// Ties a sign-in under way to the browser that began it.
    private let browserCookie = "sample_browser"

    func add(to group: RouterGroup<BasicRequestContext>) {
        group.get { request, _ in home(request) }
        group.get("login") { request, _ in await login(request) }
        group.get("callback") { request, _ in await callback(request) }
        group.post("logout") { request, _ in await logout(request) }
        group.get("signed-out") { request, _ in Answer.page(pages(request).signedOut(), language: request.language) }
        group.post("backchannel-logout") { request, _ in try await backChannelLogout(request) }
    }

    private func pages(_ request: Request) -> Pages {
        Pages(office: office, neighbours: neighbours, language: request.language)
    }

    private func home(_ request: Request) -> Response {
        // Relative links on the pages need the folder's slash.
        guard request.uri.path.hasSuffix("/") else { return Answer.redirect(to: "\(folder)/") }
        let session = office.shelf.session(handle: request.cookie(sessionCookie), now: Date())
        var response = Answer.page(pages(request).home(session: session), language: request.language)
        if request.fields["lang"] != nil { response.setCookie(LanguageCookie.make(request.language)) }
        return response
    }

    private func login(_ request: Request) async -> Response {
        let attempt = SignInAttempt(browser: request.cookie(browserCookie) ?? Handle.make(), began: Date())
        do {
            let location = try await office.authorizationURL(for: attempt, language: request.language)
            office.shelf.begin(attempt)
            var response = Answer.redirect(to: location)
            response.setCookie(cookie(browserCookie, attempt.browser))
            return response
        } catch {
            return faultPage(error, request)
        }
    }

    private func callback(_ request: Request) async -> Response {
        do {
            let session = try await office.complete(
                request.fields, browser: request.cookie(browserCookie) ?? "", now: Date())
            // A session from before is ended: its handle must not live on beside the new one.
            _ = office.shelf.close(handle: request.cookie(sessionCookie))
            var response = Answer.redirect(to: "\(folder)/")
            response.setCookie(cookie(sessionCookie, office.shelf.open(session)))
            return response
        } catch {
            return faultPage(error, request)
        }
    }

    private func logout(_ request: Request) async -> Response {
        // The cookie is SameSite=Lax, so a form on another site cannot bring it along.
        guard let session = office.shelf.close(handle: request.cookie(sessionCookie)) else {
            return Answer.redirect(to: "\(folder)/")
        }
        let provider = try? await office.endSessionURL(for: session)
        var response = Answer.redirect(to: provider ?? "\(folder)/signed-out")
        response.setCookie(
            Cookie(name: sessionCookie, value: "", maxAge: 0, path: "\(folder)/", httpOnly: true, sameSite: .lax))
        return response
    }

    /// Back-Channel Logout 1.0 §2.5 and §2.8: 200 when done, 400 with an error otherwise, never cached.
    private func backChannelLogout(_ request: Request) async throws -> Response {
        let body = try await request.body.collect(upTo: 32 * 1024)
        guard let token = Fields(String(buffer: body))["logout_token"] else {
            return Answer.json("{\"error\":\"invalid_request\"}", status: .badRequest)
        }
        do {
            let ended = try await office.receiveLogout(token, now: Date())
            logger.info(
                "back-channel logout", metadata: ["department": "\(office.department.slug)", "ended": "\(ended)"])
            return Answer.empty(.ok)
        } catch {
            logger.warning("back-channel logout refused", metadata: ["why": "\(error)"])
            return Answer.json("{\"error\":\"invalid_request\"}", status: .badRequest)
        }
    }

    private func faultPage(_ error: any Error, _ request: Request) -> Response {
        let fault = error as? SignInFault ?? .notTrusted("\(error)")
        logger.warning(
            "sign-in did not complete", metadata: ["department": "\(office.department.slug)", "why": "\(fault)"])
        let status: HTTPResponse.Status = fault.isTemporary ? .serviceUnavailable : .badRequest
        var response = Answer.page(pages(request).fault(fault), status: status, language: request.language)
        if fault.isTemporary {
            response.headers[.retryAfter] = "5"
            if let refresh = HTTPField.Name("Refresh") { response.headers[refresh] = "5; url=\(folder)/login" }
        }
        return response
    }

    private func cookie(_ name: String, _ value: String) -> Cookie {
        Cookie(
            name: name, value: value, path: "\(folder)/", secure: office.siteURL.hasPrefix("https:"), httpOnly: true,
            sameSite: .lax)
    }
}
