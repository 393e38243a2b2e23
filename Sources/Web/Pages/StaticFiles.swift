import Core
import HTTPTypes
import Hummingbird

/// `/static/<hash>/…` for ever, the same files under another hash for a moment, and `/favicon.ico`.
struct StaticFiles {
    let files: StaticLibrary

    func addRoutes(to router: WebRouter) {
        router.infrastructure.get("/static/{hash}/**") { request, context in
            let path = context.coreContext.parameters.getCatchAll().joined(separator: "/")
            let isCurrent = context.coreContext.parameters.get("hash") == files.hash
            return try answer(
                request, path: path, cache: isCurrent ? "public, max-age=31536000, immutable" : "no-cache")
        }
        router.infrastructure.get("/favicon.ico") { request, _ in
            try answer(request, path: "favicon.svg", cache: "public, max-age=86400")
        }
    }

    private func answer(_ request: Request, path: String, cache: String) throws -> Response {
        guard let file = files.files[path] else { throw Problem(.notFound) }
        let form = AcceptedEncoding.allowsGzip(request.headers[.acceptEncoding]) ? file.gzip ?? file.plain : file.plain
        var headers = form.headers
        headers[.cacheControl] = cache
        if request.headers[values: .ifNoneMatch].contains(where: { $0.contains(form.eTag) }) {
            headers[.contentEncoding] = nil
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: form.buffer))
    }
}
