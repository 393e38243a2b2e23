/// The list of the sample departments at `/`.
enum IndexPage {
    static func render(_ departments: [Department], title: Bilingual, text: Bilingual, language: Language) -> HTML {
        let links: [HTML] = departments.map { department in
            """
            <li class="\(department.slug)"><a href="/\(department.slug)/"><strong>\(department.name(language))</strong>\
            <span>\(department.motto(language))</span></a></li>

            """
        }
        return """
            <!DOCTYPE html>
            <html lang="\(language.tag)">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>\(title(language))</title>
            <link rel="stylesheet" href="/style.css">
            <link rel="icon" href="data:,">
            </head>
            <body>
            <header>
            <div class="row">
            <p class="name">\(Words.indexTitle(language))</p>
            <a class="language" lang="\(language.other.tag)" href="/?lang=\(language.other.rawValue)">\
            \(Words.languageName(language))</a>
            </div>
            <h1 class="motto">\(title(language))</h1>
            </header>
            <main>
            <section class="card">
            <p>\(text(language))</p>
            <ul class="sites">
            \(links)</ul>
            </section>
            </main>
            </body>
            </html>

            """
    }
}
