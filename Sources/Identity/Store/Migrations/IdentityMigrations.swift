package import Storage

/// Identity's schema, oldest step first; a step that has been released is never changed.
package enum IdentityMigrations {
    package static let all: [Migration] = [
        M0001People.migration,
        M0002Sessions.migration,
        M0003Clients.migration,
        M0004Grants.migration,
        M0005SigningKeys.migration,
        M0006Audit.migration,
        M0007ClientTerms.migration,
        M0010ClientRecords.migration,
        M0011ClientLogos.migration,
        M0020PushedRequests.migration,
        M0021Consents.migration,
        M0030SingleUse.migration,
        M0031OpaqueTokens.migration,
        M0040LogoutDeliveries.migration,
        M0041Approvals.migration,
        M0050ClientGrants.migration,
        M0051CleanupTimes.migration,
        M0052ApprovalTimes.migration,
        M0053CleanupOfRegistrations.migration,
        M0054Restorations.migration,
    ]
}
