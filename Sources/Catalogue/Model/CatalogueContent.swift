/// Everything the catalogue holds, as plain lists in display order: what the seed files say and what
/// the tables give back.
package struct CatalogueContent: Sendable, Hashable {
    package var departments: [Department] = []
    package var cities: [City] = []
    package var lifeEvents: [LifeEvent] = []
    package var items: [ServiceItem] = []
    package var halls: [Hall] = []
    package var zones: [Zone] = []
    package var groups: [WindowGroup] = []
    package var windows: [ServiceWindow] = []
    package var calendar: [CalendarYear] = []

    package init() {}
}
