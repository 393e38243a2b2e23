/// The pages of one sample department, in one language.
struct Pages: Sendable {
    let office: RelyingParty
    let neighbours: [Department]
    let language: Language

    private var department: Department { office.department }

    func home(session: LocalSession?) -> HTML {
        guard let session else { return signedOutHome() }
        return frame(
            title: department.name(language),
            body: """
                <section class="card welcome">
                <p class="badge">\(Words.signedInByYimen(language))</p>
                <h2>\(Words.welcome(language))<span class="person">\(session.displayName)</span></h2>
                <form method="post" action="logout"><button type="submit" class="quiet">\(Words.signOut(language))</button></form>
                </section>
                \(services())
                \(elsewhere())
                <details class="card">
                <summary>\(Words.technical(language))</summary>
                \(claimTable(session.claims))
                <h3>\(Words.userInfo(language))</h3>
                \(claimTable(session.userInfo))
                </details>
                """)
    }

    private func signedOutHome() -> HTML {
        frame(
            title: department.name(language),
            body: """
                <section class="card welcome">
                <p>\(Words.signInWhy(language))</p>
                <p><a class="button" href="login">\(Words.signIn(language))</a></p>
                </section>
                \(services())
                \(elsewhere())
                """)
    }

    func signedOut() -> HTML {
        message(title: Words.signedOutTitle, text: Words.signedOutText, link: "./", label: Words.home)
    }

    func fault(_ fault: SignInFault) -> HTML {
        message(title: fault.title, text: fault.text, link: "login", label: Words.tryAgain)
    }

    private func message(title: Bilingual, text: Bilingual, link: String, label: Bilingual) -> HTML {
        frame(
            title: title(language),
            body: """
                <section class="card welcome">
                <h2>\(title(language))</h2>
                <p>\(text(language))</p>
                <p><a class="button" href="\(link)">\(label(language))</a></p>
                </section>
                """)
    }

    private func services() -> HTML {
        let items: [HTML] = department.services.map { service in
            "<li><strong>\(service.title(language))</strong><span>\(service.detail(language))</span></li>\n"
        }
        return """
            <section class="card">
            <h2>\(Words.services(language))</h2>
            <ul class="services">
            \(items)</ul>
            <p class="small">\(Words.sampleNote(language))</p>
            </section>
            """
    }

    private func elsewhere() -> HTML {
        let search = office.provider.issuer + "/items?q=" + FormEncoding.encode(department.searchWord)
        let links: [HTML] = neighbours.map { other in
            "<li><a href=\"../\(other.slug)/\">\(other.name(language))</a></li>\n"
        }
        return """
            <nav class="card">
            <p><a href="\(search)">\(Words.bookVisit(language))</a></p>
            <p>\(Words.otherSites(language))</p>
            <ul>
            \(links)</ul>
            </nav>
            """
    }

    private func claimTable(_ claims: [LocalSession.Claim]) -> HTML {
        let rows: [HTML] = claims.map {
            "<tr><th scope=\"row\"><code>\($0.name)</code></th><td><code>\($0.value)</code></td></tr>\n"
        }
        return """
            <table>
            <thead><tr><th scope="col">\(Words.claim(language))</th><th scope="col">\(Words.value(language))</th></tr></thead>
            <tbody>
            \(rows)</tbody>
            </table>
            """
    }

    private func frame(title: String, body: HTML) -> HTML {
        """
        <!DOCTYPE html>
        <html lang="\(language.tag)">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <link rel="stylesheet" href="../style.css">
        <link rel="icon" href="data:,">
        </head>
        <body class="\(department.slug)">
        <header>
        <div class="row">
        <p class="name"><a href="./">\(department.name(language))</a></p>
        <a class="language" lang="\(language.other.tag)" href="./?lang=\(language.other.rawValue)">\(Words.languageName(language))</a>
        </div>
        <h1 class="motto">\(department.motto(language))</h1>
        </header>
        <main>
        \(body)
        </main>
        </body>
        </html>

        """
    }
}
