/// Delivery of tokens that were asked for in the background (CIBA Core §4): `ping` has an address, `poll` has none.
struct CheckCIBA: RegistrationCheck {
    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        let mode = input.policy.cibaDelivery
        if let mode, mode != "poll", mode != "ping" {
            faults.append(ClientFault("backchannel_token_delivery_mode", mode, "must be poll or ping"))
        }
        switch (mode, input.policy.cibaNotificationURI) {
        case ("ping", nil):
            faults.append(ClientFault("backchannel_client_notification_endpoint", "ping needs the address to call"))
        case (_, let uri?) where mode != "ping":
            faults.append(
                ClientFault("backchannel_client_notification_endpoint", uri, "is for the delivery ping; leave it out"))
        case (_, let uri?):
            if let reason = PublicURI.fault(uri, loopbackAllowed: true) {
                faults.append(ClientFault("backchannel_client_notification_endpoint", uri, reason))
            }
        default: break
        }
        if mode != nil, terms.authMethod == .none {
            faults.append(
                ClientFault("backchannel_token_delivery_mode", "needs a client that can prove itself (CIBA Core §4)"))
        }
    }
}
