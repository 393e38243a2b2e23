import Web

/// `grant_type=urn:openid:params:grant-type:ciba` (CIBA Core §10.1), for poll and ping.
struct RedeemCIBA: TokenGrant {
    let type = Client.GrantType.ciba
    let collect: CollectApproval

    func answer(_ request: ClientRequest, from client: Client) async throws -> TokenAnswer {
        try await collect(try request.required("auth_req_id"), .ciba, for: client, request)
    }
}
