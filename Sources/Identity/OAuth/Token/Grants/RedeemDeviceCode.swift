import Web

/// `grant_type=urn:ietf:params:oauth:grant-type:device_code` (RFC 8628 §3.4).
struct RedeemDeviceCode: TokenGrant {
    let type = Client.GrantType.deviceCode
    let collect: CollectApproval

    func answer(_ request: ClientRequest, from client: Client) async throws -> TokenAnswer {
        try await collect(try request.required("device_code"), .device, for: client, request)
    }
}
