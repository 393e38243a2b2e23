import Catalogue
import Core
import Web

/// Turns a registration and what is wrong with it into the fields of the form.
struct ClientFormView: Sendable {
    let renderer: PageRenderer
    let departments: [Department]
    let locale: WebLocale

    func page(
        _ registration: ClientRegistration, isNew: Bool, version: String, faults: [ClientFault] = []
    ) -> ClientFormPage {
        var texts = [String: String]()
        for fault in faults {
            let name = ClientMembers.ownName(fault.member)
            texts[name] = [texts[name], fault.detail].compactMap { $0 }.joined(separator: "; ")
        }
        let offered = Set(ClientFields.all.map(\.name))
        let more = ClientFields.more.map { field($0, registration, texts[$0.name]) }
        let base = "/admin/clients/" + PercentDecoding.escape(registration.id)
        return ClientFormPage(
            isNew: isNew, id: registration.id, idFault: texts["id"], version: version,
            action: isNew ? "/admin/new-client" : base, back: isNew ? "/admin/clients" : base,
            first: ClientFields.first.map { field($0, registration, texts[$0.name]) }, more: more,
            moreIsOpen: more.contains { $0.fault != nil }, hasFaults: !faults.isEmpty,
            others: texts.filter { !offered.contains($0.key) && $0.key != "id" }.map { "\($0.key): \($0.value)" }
                .sorted())
    }

    private func field(_ field: ClientFields.Field, _ registration: ClientRegistration, _ fault: String?)
        -> ClientFormPage.Field
    {
        let values = ClientFields.texts(field.name, in: registration)
        var kinds = (line: false, area: false, choice: false, check: false, scopes: false)
        var options = [ClientFormPage.Option]()
        switch field.kind {
        case .line: kinds.line = true
        case .lines: kinds.area = true
        case .check: kinds.check = true
        case .scopes:
            kinds.scopes = true
            let chosen = values.isEmpty ? ["openid", "profile"] : values
            options = ValidateRegistration.knownScopes.sorted().map {
                .init(
                    value: $0, label: $0, note: text("admin.client.scope." + $0), isSelected: chosen.contains($0))
            }
        case .choice(let choices):
            kinds.choice = true
            var named =
                field.name == "department"
                ? departments.map { ($0.id, $0.name.text(language: locale.rawValue)) } : choices.map { ($0, $0) }
            // What the catalogue does not know any more stays chosen until somebody chooses another.
            if let chosen = values.first, !named.contains(where: { $0.0 == chosen }) { named.append((chosen, chosen)) }
            options = [.init(value: "", label: text("admin.client.choice.none"), isSelected: values.isEmpty)]
            options += named.map { .init(value: $0, label: $1, isSelected: values.first == $0) }
        }
        let key = "admin.client.field." + field.name
        let hint = text(key + ".hint")
        return ClientFormPage.Field(
            name: field.name, label: text(key), hint: hint == key + ".hint" ? nil : hint, fault: fault,
            value: values.joined(separator: "\n"), isLine: kinds.line, isArea: kinds.area, isChoice: kinds.choice,
            isCheck: kinds.check, isScopes: kinds.scopes, isChecked: values == ["true"], isRequired: field.isRequired,
            options: options)
    }

    func text(_ key: String) -> String { renderer.text(key, locale) }
}
