import Catalogue
import Core
import HTTPTypes
import Hummingbird
import Web

/// `/admin/clients`: relying systems for administrators, through our own relying party like every other page.
struct ClientPages: Sendable {
    private static let pageSize = 30

    let registry: ClientRegistry
    let renderer: PageRenderer
    let issuer: String
    let names: CatalogueNames

    func list(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try AdministrationAccess.read(Scope.clients, context)
        let query = try ParameterList.query(request)
        let words = String((try query.single("q") ?? "").prefix(100))
        let state = try query.single("state").flatMap(ClientRecord.State.init(rawValue:))
        let page = try await registry.records(
            after: try query.single("after") ?? "", query: words, state: state, limit: Self.pageSize + 1)
        let shown = page.prefix(Self.pageSize)
        let snapshot = names.catalogue.current
        let rows = shown.map { record in
            ClientListPage.Row(
                url: Self.url(record.client.id), id: record.client.id, name: record.client.label(context.locale),
                department: record.client.profile.department.map { id in
                    snapshot.department(id)?.name.text(language: context.locale.rawValue) ?? id
                } ?? "",
                isActive: record.state == .active, isPending: record.state == .pending,
                isDisabled: record.state == .disabled, changed: Self.day(record.updatedAt))
        }
        let next = page.count > Self.pageSize ? shown.last.map { Self.listURL(words, state, after: $0.client.id) } : nil
        let states: [ClientRecord.State?] = [nil] + ClientRecord.State.allCases
        let model = ClientListPage(
            query: words, state: state?.rawValue ?? "",
            chips: states.map { each in
                ClientListPage.StateChip(
                    url: Self.listURL(words, each),
                    label: renderer.text("admin.clients.state." + (each?.rawValue ?? "all"), context.locale),
                    isCurrent: each == state)
            }, rows: rows, isEmpty: rows.isEmpty, next: next, mayChange: mayChange(context))
        return try renderer.render(
            "identity/admin/clients", model, titleKey: "admin.clients.title", context: context)
    }

    func show(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try AdministrationAccess.read(Scope.clients, context)
        let record = try await record(context)
        let saved = try ParameterList.query(request).contains("saved")
        return try page(record, saved: saved, context)
    }

    func blank(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try AdministrationAccess.change(Scope.clients, context)
        var registration = ClientRegistration(id: "")
        registration.authMethod = Client.AuthMethod.basic.rawValue
        return try form(registration, isNew: true, version: "", [], context)
    }

    /// Registers a system and shows its secret, once; a secret never stands in an address, so there is no redirect.
    func register(_ request: Request, _ context: WebContext) async throws -> Response {
        let actor = try AdministrationAccess.change(Scope.clients, context)
        let posted = try await ParameterList.form(request)
        var registration = ClientRegistration(id: try posted.single("id") ?? "")
        var faults = ClientDocument.apply(try ClientFields.members(of: posted), to: &registration)
        if registration.authMethod == nil { registration.authMethod = Client.AuthMethod.basic.rawValue }
        let shown = registration
        let secret = registry.giveSecret(to: &registration)
        if faults.isEmpty {
            do {
                try names.require(registration)
                try await registry.add(registration, by: actor)
                guard let record = try await registry.record(registration.id) else { throw Problem(.notFound) }
                return try page(record, secret: secret, saved: true, context)
            } catch let fault as ClientRegistrationFault {
                faults = fault.faults
            }
        }
        return try form(shown, isNew: true, version: "", faults, context)
    }

    func edit(_ request: Request, _ context: WebContext) async throws -> Response {
        _ = try AdministrationAccess.change(Scope.clients, context)
        let record = try await record(context)
        return try form(
            ClientRegistration(record.client), isNew: false, version: String(record.version), [], context)
    }

    /// One action on a client: save the form, or one of the buttons.
    func act(_ request: Request, _ context: WebContext) async throws -> Response {
        let actor = try AdministrationAccess.change(Scope.clients, context)
        let posted = try await ParameterList.form(request)
        let record = try await record(context)
        let id = record.client.id
        do {
            switch try posted.required("action") {
            case "save": return try await save(record, posted, actor, context)
            case "secret":
                let secret = try await registry.rotateSecret(id, by: actor)
                return try page(try await self.record(context), secret: secret, saved: true, context)
            case "disable": try await registry.setEnabled(false, id, by: actor)
            case "enable": try await registry.setEnabled(true, id, by: actor)
            case "approve": try await registry.approve(id, expecting: try Self.version(posted), by: actor)
            case "remove":
                guard !record.client.isOwnPages else { throw ClientChangeRefusal.ownPages }
                _ = try await registry.remove(id, by: actor)
                return Response.redirect303("/admin/clients").withNoStore()
            default: throw Problem.invalid("action", "is not known")
            }
        } catch let refused as ClientChangeRefusal {
            return try page(record, refused: refused, context)
        }
        return Response.redirect303(Self.url(id) + "?saved=1").withNoStore()
    }

    private func save(_ record: ClientRecord, _ posted: ParameterList, _ actor: String, _ context: WebContext)
        async throws -> Response
    {
        let members = try ClientFields.members(of: posted)
        let id = record.client.id
        let seen = try Self.version(posted)
        do {
            let updated = try await registry.update(id, expecting: seen, by: actor) { registration in
                let former = registration
                let faults = ClientDocument.apply(members, to: &registration)
                guard faults.isEmpty else { throw ClientRegistrationFault(faults: faults) }
                try names.require(registration, insteadOf: former)
            }
            guard let secret = updated.secret else {
                return Response.redirect303(Self.url(id) + "?saved=1").withNoStore()
            }
            return try page(updated.record, secret: secret, saved: true, context)
        } catch let fault as ClientRegistrationFault {
            var registration = ClientRegistration(record.client)
            _ = ClientDocument.apply(members, to: &registration)
            return try form(
                registration, isNew: false, version: try posted.single("version") ?? "", fault.faults, context)
        }
    }

    /// The version that the page showed; none is none there ever was.
    private static func version(_ posted: ParameterList) throws -> Int64 {
        try posted.single("version").flatMap { Int64($0) } ?? 0
    }

    private func record(_ context: WebContext) async throws -> ClientRecord {
        guard let record = try await registry.record(try context.pathParameter("client")) else {
            throw Problem(.notFound)
        }
        return record
    }

    private func form(
        _ registration: ClientRegistration, isNew: Bool, version: String, _ faults: [ClientFault], _ context: WebContext
    ) throws -> Response {
        let view = ClientFormView(
            renderer: renderer, departments: names.catalogue.current.departments, locale: context.locale)
        return try renderer.render(
            "identity/admin/client-form", view.page(registration, isNew: isNew, version: version, faults: faults),
            titleKey: isNew ? "admin.client.new" : "admin.client.edit", context: context,
            status: faults.isEmpty ? .ok : .unprocessableContent)
    }

    private func page(
        _ record: ClientRecord, secret: Secret<String>? = nil, saved: Bool = false, refused: ClientChangeRefusal? = nil,
        _ context: WebContext
    ) throws -> Response {
        let client = record.client
        let registration = ClientRegistration(client)
        let yes = renderer.text("admin.client.yes", context.locale)
        let no = renderer.text("admin.client.no", context.locale)
        let facts = ClientMembers.all.compactMap { member -> ClientPage.Fact? in
            guard let value = member.read(registration), member.name != "client_name" else { return nil }
            let key = "admin.client.field." + member.camelName
            let label = renderer.text(key, context.locale)
            let texts = ClientFields.texts(value).map { $0 == "true" ? yes : $0 == "false" ? no : $0 }
            return texts.isEmpty ? nil : ClientPage.Fact(label: label == key ? member.camelName : label, values: texts)
        }
        let model = ClientPage(
            id: client.id, name: client.label(context.locale), url: Self.url(client.id),
            isActive: record.state == .active,
            isPending: record.state == .pending, isDisabled: record.state == .disabled, version: String(record.version),
            secret: secret?.reveal(), saved: saved,
            refused: refused.map { renderer.text("admin.client.refused.\($0.code)", context.locale) },
            discoveryURL: issuer + "/.well-known/openid-configuration", facts: facts,
            snippets: JoiningSnippets.all(client, issuer: issuer),
            mayChange: mayChange(context) && !client.isOwnPages, hasSecret: client.secretHash != nil,
            origin: renderer.text("admin.client.origin." + record.origin.rawValue, context.locale),
            changed: Self.day(record.updatedAt))
        return try renderer.render(
            "identity/admin/client", model, title: client.label(context.locale), context: context,
            status: refused == nil ? .ok : .conflict)
    }

    private func mayChange(_ context: WebContext) -> Bool {
        (try? AdministrationAccess.change(Scope.clients, context)) != nil
    }

    private static func url(_ id: String) -> String { "/admin/clients/" + PercentDecoding.escape(id) }

    private static func listURL(_ words: String, _ state: ClientRecord.State?, after: String? = nil) -> String {
        var query = ParameterList()
        if !words.isEmpty { query.append("q", words) }
        if let state { query.append("state", state.rawValue) }
        if let after { query.append("after", after) }
        return query.items.isEmpty ? "/admin/clients" : "/admin/clients?" + query.encoded
    }

    private static func day(_ instant: Instant) -> String {
        "\(ProvinceTime.date(of: instant)) \(ProvinceTime.clock(instant))"
    }
}

extension ClientChangeRefusal {
    /// The last part of its text's key.
    var code: String {
        switch self {
        case .notFound: "not-found"
        case .stale: "stale"
        case .ownPages: "own-pages"
        case .withoutSecret: "without-secret"
        case .isPending: "is-pending"
        case .notPending: "not-pending"
        }
    }
}
