import Storage

/// Counts what a person was asked by department systems of late without reading all they were ever asked.
enum M0052ApprovalTimes {
    static let migration = Migration(
        "identity/0052-approval-times",
        [
            """
            CREATE INDEX identity_approval_asked ON identity_approval (person_id, created_at_ms) WHERE kind = 'ciba'
            """
        ])
}
