enum CatalogueStub {}
