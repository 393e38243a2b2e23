package import Cryptography

/// Identity's sealed columns, for re-sealing them under a new key.
package enum IdentitySealedColumns {
    package static let all = [
        SealedColumn(table: "identity_person", column: "sealed_name", key: "id", place: "identity_person.name"),
        SealedColumn(
            table: "identity_person", column: "sealed_identity_number", key: "id",
            place: "identity_person.identity_number"),
        SealedColumn(table: "identity_person", column: "sealed_phone", key: "id", place: "identity_person.phone"),
        SealedColumn(
            table: "identity_signing_key", column: "sealed_private", key: "kid", place: "identity_signing_key.private"),
        SealedColumn(
            table: "identity_approval", column: "sealed_notification", key: "id",
            place: "identity_approval.notification"),
        SealedColumn(
            table: "identity_access_token", column: "sealed_claims", key: "token_hash",
            place: "identity_access_token.sealed_claims"),
    ]
}
