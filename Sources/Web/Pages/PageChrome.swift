import Core
import Hummingbird
import Mustache
import Synchronization

/// What every template may use as `{{page.…}}`.
final class PageChrome: MustacheParent, Sendable {
    private let context: WebContext
    private let title: String
    private let forms: FormGuard?
    private let settings: WebSettings
    private let asset: String
    /// The token was rendered, so the browser needs the cookie that goes with it.
    let usedToken = Atomic(false)

    init(context: WebContext, title: String, forms: FormGuard?, settings: WebSettings, asset: String) {
        self.context = context
        self.title = title
        self.forms = forms
        self.settings = settings
        self.asset = asset
    }

    func child(named name: String) -> Any? {
        switch name {
        case "title": title
        case "locale": context.locale.rawValue
        case "isEnglish": context.locale == .en
        case "elder": context.elder
        case "asset": asset
        case "demo": settings.demo
        case "path": String(context.target.prefix { $0 != "?" })
        case "target": context.target
        // `{{#page.section.items}}` marks the part of the site that a path belongs to.
        case "section": [context.target.dropFirst().prefix { $0 != "/" && $0 != "?" }.lowercased(): true]
        case "requestId": context.id
        case "csrf": token()
        case "signedIn": context.principal != nil
        case "displayName": context.principal?.displayName
        case "hall": context.principal?.hall
        case "isStaff": context.principal.map { !$0.roles.isEmpty } ?? false
        case "isDevice": context.pageSession?.isDevice ?? false
        case "roles":
            Dictionary(
                uniqueKeysWithValues: (context.principal?.roles ?? []).map { ($0.rawValue, true) })
        case "signInURL": "/auth/sign-in?return=" + PercentDecoding.escape(context.target)
        case "alternateLocale": context.locale.other.rawValue
        case "alternateLocaleURL": preferences("lang", context.locale.other.rawValue)
        case "elderToggleURL": preferences("elder", context.elder ? "0" : "1")
        default: nil
        }
    }

    private func preferences(_ name: String, _ value: String) -> String {
        "/preferences?\(name)=\(value)&return=" + PercentDecoding.escape(context.target)
    }

    private func token() -> String? {
        usedToken.store(true, ordering: .relaxed)
        return forms?.token(for: context)
    }
}

/// The root of a rendering: `page` beside the members of the model.
struct PageRoot: MustacheParent {
    let chrome: PageChrome
    let model: any Sendable

    func child(named name: String) -> Any? {
        if name == "page" { return chrome }
        if let parent = model as? any MustacheParent { return parent.child(named: name) }
        for child in Mirror(reflecting: model).children where child.label == name {
            let mirror = Mirror(reflecting: child.value)
            guard mirror.displayStyle == .optional else { return child.value }
            return mirror.children.first?.value
        }
        return nil
    }
}
