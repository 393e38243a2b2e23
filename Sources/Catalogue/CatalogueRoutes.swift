package import Core
package import Web

/// All paths of the catalogue.
package struct CatalogueRoutes {
    private let catalogue: Catalogue
    private let surroundings: Surroundings

    package init(catalogue: Catalogue, surroundings: Surroundings) {
        self.catalogue = catalogue
        self.surroundings = surroundings
    }

    package func addRoutes(to router: WebRouter) {
        CatalogueAPI(catalogue: catalogue, surroundings: surroundings).addRoutes(to: router.api)
        CataloguePages(catalogue: catalogue, surroundings: surroundings, renderer: router.renderer)
            .addRoutes(to: router.pages)
    }
}
