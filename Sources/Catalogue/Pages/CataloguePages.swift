import Core
import Hummingbird
import Web

/// The pages on which citizens find items and halls; all plain links and GET forms.
struct CataloguePages {
    /// Longer search texts are cut; the field itself takes 60 characters.
    private static let longestQuery = 200

    let catalogue: Catalogue
    let surroundings: Surroundings
    let renderer: PageRenderer

    func addRoutes(to pages: RouterGroup<WebContext>) {
        pages.get("/") { _, context in
            let model = HomePage(at: surroundings.now(), in: catalogue.current, text: text(context))
            return try renderer.render("catalogue/home", model, titleKey: "catalogue.home.title", context: context)
        }
        pages.get("/items") { request, context in
            let snapshot = catalogue.current
            let filter = try itemFilter(request, snapshot)
            let model = ItemsPage(filter, at: surroundings.now(), in: snapshot, text: text(context))
            return try renderer.render("catalogue/items", model, title: model.heading, context: context)
        }
        pages.get("/items/{item}") { request, context in
            let snapshot = catalogue.current
            guard let item = snapshot.item(try context.pathParameter("item", max: 64)) else { throw Problem(.notFound) }
            let city = try city(request, snapshot)
            let model = ItemPage(item, city: city, at: surroundings.now(), in: snapshot, text: text(context))
            return try renderer.render("catalogue/item", model, title: model.name, context: context)
        }
        pages.get("/halls") { request, context in
            let snapshot = catalogue.current
            let model = HallsPage(
                query: try query(request), city: try city(request, snapshot), near: try near(request),
                at: surroundings.now(), in: snapshot, text: text(context))
            return try renderer.render("catalogue/halls", model, titleKey: "catalogue.halls.title", context: context)
        }
        pages.get("/halls/{hall}") { _, context in
            let snapshot = catalogue.current
            guard let hall = snapshot.hall(try context.pathParameter("hall", max: 64)) else { throw Problem(.notFound) }
            let model = HallPage(hall, at: surroundings.now(), in: snapshot, text: text(context))
            return try renderer.render("catalogue/hall", model, title: model.name, context: context)
        }
    }

    private func text(_ context: WebContext) -> PageText {
        PageText(renderer: renderer, locale: context.locale)
    }

    private func parameters(_ request: Request) throws -> ParameterList {
        try ParameterList(query: request.uri.query, limits: ParameterList.Limits(count: 20, length: 1024))
    }

    private func query(_ request: Request) throws -> String? {
        guard let text = try parameters(request).single("q") else { return nil }
        return text.allSatisfy(\.isWhitespace) ? nil : String(text.prefix(CataloguePages.longestQuery))
    }

    /// A person who followed an old link sees more rather than an error: unknown filters are dropped.
    private func city(_ request: Request, _ snapshot: CatalogueSnapshot) throws -> String? {
        let name = try parameters(request).single("city")
        return snapshot.cities.first { $0.id == name || $0.code == name }?.id
    }

    /// A place that cannot be read is as good as none.
    private func near(_ request: Request) throws -> Place? {
        try parameters(request).single("near").flatMap { Place(text: $0) }.flatMap { $0.isOnEarth ? $0 : nil }
    }

    private func itemFilter(_ request: Request, _ snapshot: CatalogueSnapshot) throws -> ItemsPage.Filter {
        let parameters = try parameters(request)
        let event = try parameters.single("zone")
        return ItemsPage.Filter(
            text: try query(request), department: try parameters.single("department").flatMap(snapshot.department)?.id,
            lifeEvent: snapshot.content.lifeEvents.first { $0.id == event }?.id, city: try city(request, snapshot))
    }
}
