import Core
import HTTPTypes
import Hummingbird
import Logging
import NIOHTTP1

/// The one place where an error becomes an answer. Stands innermost in each group, where all is known
/// about the request, and once more around the steps before that.
struct ErrorResponder: RouterMiddleware {
    let renderer: PageRenderer
    let preferences: Preferences
    let table: RouteTable
    let forms: FormGuard
    let translate: @Sendable (any Error) -> Problem?

    func handle(
        _ request: Request, context: WebContext, next: (Request, WebContext) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let error as HTTPParserError {
            throw error
        } catch {
            let answer = try response(to: error, request: request, context: context)
            // The router leaves out the body for routes alone; one here would be read as the next answer of the
            // connection (RFC 9110 §9.3.2).
            return request.method == .head ? answer.createHeadResponse() : answer
        }
    }

    private func response(to error: any Error, request: Request, context: WebContext) throws -> Response {
        var context = context
        if context.surface.isHTML, context.forgeryHandle == nil {
            preferences.apply(to: &context, from: request)
            context.forgeryHandle = forms.handle(for: request)
        }
        switch error {
        case let problem as Problem:
            return render(problem, request: request, context: context)
        case let error as any RespondingError:
            return try error.response(to: request, context: context)
        case let required as SignInRequired:
            return signIn(required, request: request, context: context)
        case let fault as ParameterFault:
            // The links that change language and come back would carry the faulty address.
            context.target = "/"
            return render(fault.problem, request: request, context: context)
        case let error as HTTPError:
            return response(to: error, request: request, context: context)
        default:
            return render(unknown(error, context: context), request: request, context: context)
        }
    }

    /// Errors that no rule names: storage faults by the hook, the rest as 500 with the request's id.
    private func unknown(_ error: any Error, context: WebContext) -> Problem {
        if let problem = translate(error) {
            context.logger.warning(
                "request refused", metadata: ["problem": "\(problem.kind.name)", "error": "\(error)"])
            return problem
        }
        if error is CancellationError { return Problem(.timeout) }
        context.logger.error(
            "request failed", metadata: ["error": "\(String(reflecting: type(of: error))): \(error)"])
        return Problem(.internalError, extensions: [.init("requestId", .string(context.id))])
    }

    /// Errors of the framework: no route, or a route without the method.
    private func response(to error: HTTPError, request: Request, context: WebContext) -> Response {
        guard error.status == .notFound, context.route == nil else {
            let kind = ProblemKind("http-\(error.status.code)", error.status.code, error.status.reasonPhrase)
            return render(Problem(kind), request: request, context: context)
        }
        let methods = table.methods(at: request.uri.path).methods
        guard !methods.isEmpty else { return render(Problem(.notFound), request: request, context: context) }
        let allow = methods.map(\.rawValue).joined(separator: ", ")
        if request.method == .options {
            return Response(status: .noContent, headers: [.allow: allow])
        }
        let problem = Problem(.methodNotAllowed, headers: [Problem.Header("Allow", allow)])
        return render(problem, request: request, context: context)
    }

    private func signIn(_ required: SignInRequired, request: Request, context: WebContext) -> Response {
        guard ErrorResponder.isNavigation(request) else {
            return render(Problem.unauthenticated(), request: request, context: context)
        }
        let back = required.target ?? (request.method == .get ? context.target : "/")
        return .redirect303("/auth/sign-in?return=" + PercentDecoding.escape(back))
    }

    /// Only navigations start a sign-in; scripts and assets get the plain status.
    static func isNavigation(_ request: Request) -> Bool {
        if let mode = request.headers[.secFetchMode] { return mode == "navigate" }
        guard let accept = request.headers[.accept] else { return true }
        return accept.contains("text/html") || accept.contains("*/*")
    }

    private func render(_ problem: Problem, request: Request, context: WebContext) -> Response {
        switch context.surface {
        case .api, .infrastructure:
            return .problem(problem)
        case .protocol:
            return .protocolError(problem)
        case .page, .browser:
            guard ErrorResponder.isNavigation(request) || request.headers[.accept]?.contains("text/html") == true
            else { return .problem(problem) }
            return renderer.errorPage(problem, context: context)
        }
    }
}

extension Response {
    /// A problem in the form of RFC 6749 §5.2, for what happens before a protocol endpoint's own checks.
    static func protocolError(_ problem: Problem) -> Response {
        let code =
            switch (problem.kind, problem.kind.status) {
            case (.invalidProof, _): "invalid_dpop_proof"
            case (.proofNonceWanted, _): "use_dpop_nonce"
            case (.insufficientScope, _): "insufficient_scope"
            case (_, 401): "invalid_token"
            case (_, 429), (_, 503): "temporarily_unavailable"
            case (_, 500...): "server_error"
            default: "invalid_request"
            }
        var response = Response.json(
            .object([
                "error": .string(code),
                "error_description": .string(ascii(problem.detail ?? problem.kind.title)),
            ]), status: .init(code: problem.kind.status))
        response.add(problem.headers)
        response.headers[.cacheControl] = "no-store"
        return response
    }

    /// The characters that `error_description` may have (RFC 6749 §5.2).
    private static func ascii(_ text: String) -> String {
        String(
            decoding: text.utf8.map { (0x20...0x7E).contains($0) && $0 != 0x22 && $0 != 0x5C ? $0 : 0x20 },
            as: UTF8.self)
    }
}
