/// NOTIFY channels belong to the whole database, so their names carry the schema.
enum PostgresChannel {
    /// Every listener hears it; it means `missed` for all channels. No caller's channel has capitals.
    static let everybody = "EVERYBODY"

    /// Measures how long an announcement takes to come back; it is nobody's news.
    static let pulse = "PULSE"

    /// With a channel of at most 40 bytes the name keeps within PostgreSQL's 63.
    static func prefix(_ schema: String) -> String {
        "yimen_" + FNV1a.hash(schema.utf8) + "_"
    }
}
