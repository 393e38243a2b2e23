#if DEBUG || YIMEN_FUZZING
import Core

/// Numbers of documents, firms and telephones as people type them.
enum NumberTargets {
    static let all = [document, firm, mobile]

    private static let document = FuzzTarget(
        "identity-document",
        [
            "37010218991231000X", "370102199003070011", "37010219900307109X", "810000199408230021",
            "830000199408230024",
            "911154199911220013", "DEU370100000001", "H12345678", "M1234 5678", "12345678", "E12345678",
            "３７０１０２１８９９１２３１０００Ｘ",
        ]
    ) { text in
        for kind in IdentityDocument.Kind.allCases {
            for demo in [false, true] {
                guard let document = try? IdentityDocument(kind, text, demo: demo) else { continue }
                check(document)
                hold(document.kind == kind, "the kind that was asked for")
                hold((try? IdentityDocument(kind, document.text, demo: demo)) == document, "its normal form is its own")
                hold((try? IdentityDocument(kind, text, demo: true)) == document, "demo takes more, never less")
            }
        }
        if let document = try? IdentityDocument(recognising: text, demo: true) {
            check(document)
            hold(document.kind != .passport, "a passport is never guessed")
            hold((try? IdentityDocument(recognising: document.text, demo: true)) == document, "recognised again")
        }
    }

    private static func check(_ document: IdentityDocument) {
        let text = document.text
        let masked = document.masked
        hold(isPlain(text), "upper-case letters and digits")
        hold(masked.count == text.count && masked.contains("*"), "something is hidden")
        hold(!document.description.contains(text), "a log does not hold the number")
        hold(document.canonical.hasSuffix(":" + text), "kind and number")
    }

    private static let firm = FuzzTarget(
        "firm-code", ["91370100MA3C0000XX", "91370000163477890K", "9137000016347789-0K", "12345678-9", "D2143569-X"]
    ) { text in
        for demo in [false, true] {
            guard let code = try? UnifiedSocialCreditCode(text, demo: demo) else { continue }
            hold(isPlain(code.text) && code.text.utf8.count == 18, "18 letters and digits")
            hold((try? UnifiedSocialCreditCode(code.text, demo: demo)) == code, "its normal form is its own")
            hold(code.kind + code.region + code.organisationCode == String(code.text.dropLast()), "the parts make it")
        }
        if let code = try? OrganisationCode(text) {
            hold(isPlain(code.text) && code.text.utf8.count == 9, "9 letters and digits")
            hold((try? OrganisationCode(code.text)) == code, "its normal form is its own")
        }
    }

    private static let mobile = FuzzTarget(
        "mobile-number", ["13800000000", "+86 138-0000-0000", "0086(199)00000001", "８６１３８００００００００"]
    ) { text in
        let number = try MobileNumber(text)
        hold(number.national.utf8.count == 11 && isPlain(number.national), "11 digits")
        hold((try? MobileNumber(number.international)) == number, "both forms are one number")
        hold(!number.masked.contains(number.national), "something is hidden")
    }

    private static func isPlain(_ text: String) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
    }
}
#endif
