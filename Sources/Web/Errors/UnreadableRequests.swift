import Core
package import NIOCore
import NIOHTTP1

/// Puts a problem (RFC 9457) into the bare 400 that the server gives to what cannot be read as HTTP/1.1, with the
/// status that fits. Such a request never reaches the router.
///
/// Stands among the handlers of a connection and adds the one that does the work where HTTP/1.1 is still seen as it
/// goes over the wire; a stream of HTTP/2, which has no such parser, is left alone.
package final class UnreadableRequests: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = Any

    package init() {}

    package func handlerAdded(context: ChannelHandlerContext) {
        let pipeline = context.pipeline.syncOperations
        guard let parser = try? pipeline.handler(type: ByteToMessageHandler<HTTPRequestDecoder>.self) else { return }
        try? pipeline.addHandler(ExplainRefusal(), position: .after(parser))
    }
}

/// Remembers why the parser gave up, and says so in the answer to that. Answers to earlier requests of the connection
/// may still go out in between and stay as they are.
private final class ExplainRefusal: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private var reason: HTTPParserError?

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if reason == nil { reason = error as? HTTPParserError }
        context.fireErrorCaught(error)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let reason, case .head(var head) = unwrapOutboundIn(data), ExplainRefusal.isBare(head) else {
            context.write(data, promise: promise)
            return
        }
        let problem = Problem.unreadable(reason)
        let body = ByteBuffer(bytes: problem.document().encoded())
        head.status = HTTPResponseStatus(statusCode: problem.kind.status)
        head.headers.replaceOrAdd(name: "Content-Length", value: String(body.readableBytes))
        head.headers.replaceOrAdd(name: "Content-Type", value: "application/problem+json")
        head.headers.replaceOrAdd(name: "Cache-Control", value: "no-store")
        head.headers.replaceOrAdd(name: "X-Content-Type-Options", value: "nosniff")
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: promise)
    }

    /// The server's own answer to a broken request; answers of the router say more.
    private static func isBare(_ head: HTTPResponseHead) -> Bool {
        head.status == .badRequest && head.headers.first(name: "Content-Length") == "0"
            && head.headers.first(name: "Connection") == "close"
    }
}

extension Problem {
    /// RFC 9110 §9.1 for a method that nobody knows, RFC 6585 §5 for a head that is too large; the parser counts the
    /// address in.
    fileprivate static func unreadable(_ reason: HTTPParserError) -> Problem {
        switch reason {
        case .invalidMethod: Problem(.unknownMethod)
        case .headerOverflow: Problem(.headTooLarge, "the address or the header fields are too long or too many")
        default: Problem(.invalidRequest, "this cannot be read as HTTP/1.1: \(reason.debugDescription)")
        }
    }
}
