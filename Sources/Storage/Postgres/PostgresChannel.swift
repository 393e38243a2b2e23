/// NOTIFY channels belong to the whole database, so their names carry the schema.
enum PostgresChannel {
    /// At most 63 bytes, PostgreSQL's limit for names.
    static func name(_ channel: String, schema: String) -> String {
        prefix(schema) + channel
    }

    static func prefix(_ schema: String) -> String {
        "yimen_" + FNV1a.hash(schema.utf8) + "_"
    }
}
