package import Core

/// A client with what is kept about its registration.
package struct ClientRecord: Sendable, Hashable {
    package enum State: String, Sendable, CaseIterable {
        case active
        /// Registered by somebody outside and not yet approved: nothing works.
        case pending
        /// Switched off by an administrator: nothing works, everything is kept.
        case disabled
    }

    /// How the client came to be.
    package enum Origin: String, Sendable {
        /// By an operator's command, a file or the administration.
        case `operator`
        /// By itself, with an initial access token (RFC 7591 §3).
        case token
        /// By itself, with nothing but the setting that allows it; born pending.
        case open
    }

    package var client: Client
    package var state: State
    /// Goes up with every change; the entity tag of the administration's API.
    package var version: Int64
    package var origin: Origin
    package var createdAt: Instant
    package var updatedAt: Instant
}

/// Why a change to a client did not happen, apart from faults in what was asked for.
package enum ClientChangeRefusal: Error, Sendable, Hashable, CustomStringConvertible {
    case notFound(String)
    /// Somebody else has changed it meanwhile.
    case stale
    /// Yimen's own pages follow the issuer; nobody could sign in to undo a mistake.
    case ownPages
    /// A client that has no secret cannot get another one.
    case withoutSecret
    /// A client that waits for approval cannot just be enabled.
    case isPending
    /// Only a client that waits for approval can be approved.
    case notPending

    package var description: String {
        switch self {
        case .notFound(let id): "There is no client \"\(id)\"; `yimen client list` shows them."
        case .stale: "The client has been changed meanwhile; read it again."
        case .ownPages: "The client of Yimen's own pages follows the issuer and cannot be changed."
        case .withoutSecret: "This client proves itself without a secret, so there is none to replace."
        case .isPending: "The client waits for approval; approve it."
        case .notPending: "The client does not wait for approval."
        }
    }
}
