import Core

/// Lives, audiences and the other terms that operators set.
struct CheckTerms: RegistrationCheck {
    func check(_ input: ClientRegistration, _ terms: RegistrationTerms, _ faults: inout [ClientFault]) {
        if input.protocolName != "oidc" {
            faults.append(ClientFault("protocol", input.protocolName, "only oidc is offered"))
        }
        if !(30...600).contains(input.accessTokenSeconds ?? 600) {
            faults.append(ClientFault("access_token_seconds", "the access token may live 30 to 600 seconds"))
        }
        if let life = input.refreshLife, !(Duration.minutes(1)...Duration.days(366)).contains(life) {
            faults.append(ClientFault("refresh_life_seconds", "must be one minute to 366 days"))
        }
        if let idle = input.refreshIdle, idle < .minutes(1) {
            faults.append(ClientFault("refresh_idle_seconds", "must be one minute at least"))
        }
        if let age = input.policy.defaultMaxAge, !(0...31_536_000).contains(age) {
            faults.append(ClientFault("default_max_age", String(age), "must be 0 to 31536000 seconds"))
        }
        for value in input.policy.defaultACRValues ?? [] where AssuranceLevel(rawValue: value) == nil {
            faults.append(ClientFault("default_acr_values", value, "must be one of L0, L1, L2, L3, L4"))
        }
        for audience in input.policy.audiences ?? [] {
            if let reason = PublicURI.fault(audience, loopbackAllowed: true) {
                faults.append(ClientFault("audiences", audience, reason + " (RFC 8707 §2)"))
            }
        }
        checkPairs(input.policy.exchangeFrom ?? [], &faults)
        if input.policy.requireDPoP == true, input.policy.bindToCertificate == true {
            faults.append(
                ClientFault("dpop_bound_access_tokens", "a token is bound to a DPoP key or to a certificate, not both"))
        }
    }

    private func checkPairs(_ lines: [String], _ faults: inout [ClientFault]) {
        var seen = Set<String>()
        for line in lines {
            do throws(ExchangePair.Fault) {
                if !seen.insert(try ExchangePair(line).clientID).inserted {
                    faults.append(ClientFault("exchange_from", line, "names a client twice; say all in one line"))
                }
            } catch {
                faults.append(ClientFault("exchange_from", line, error.reason))
            }
        }
    }
}
