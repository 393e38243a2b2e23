/// Why a sign-in did not complete, as far as it may be told to the person; details go to the log.
enum SignInFault: Error, Equatable {
    /// The identity provider does not answer; the text is for the log.
    case providerUnavailable(String)
    /// The answer belongs to no sign-in of this browser: expired, already used, or begun elsewhere.
    case unknownAttempt
    /// The person or the identity provider said no (`error` of RFC 6749 §4.1.2.1).
    case refused(code: String)
    /// The identity provider's answer did not pass a check; the text is for the log.
    case notTrusted(String)

    /// Whether trying again by itself makes sense.
    var isTemporary: Bool {
        if case .providerUnavailable = self { true } else { false }
    }

    var title: Bilingual {
        switch self {
        case .providerUnavailable: Bilingual(zh: "暂时无法登录", en: "Signing in is not possible right now")
        case .unknownAttempt: Bilingual(zh: "这次登录已失效", en: "This sign-in has expired")
        case .refused: Bilingual(zh: "没有登录", en: "You were not signed in")
        case .notTrusted: Bilingual(zh: "登录没有通过核对", en: "The sign-in could not be verified")
        }
    }

    var text: Bilingual {
        switch self {
        case .providerUnavailable:
            Bilingual(
                zh: "统一身份认证正在启动或暂时没有响应。页面会自动重试，您也可以稍后再来。",
                en: "The identity provider is starting or does not answer. This page tries again by itself.")
        case .unknownAttempt:
            Bilingual(
                zh: "可能停留太久，或者换了浏览器。请重新登录一次。", en: "It took too long or began in another browser. Please sign in again."
            )
        case .refused:
            Bilingual(zh: "登录被取消或没有被允许。", en: "The sign-in was cancelled or not allowed.")
        case .notTrusted:
            Bilingual(
                zh: "收到的登录凭据与本站的核对不符，为安全起见没有登录。请重新登录。",
                en: "What we received did not match our checks, so you were not signed in. Please try again.")
        }
    }
}
