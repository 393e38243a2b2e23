/// One sample department: its registration with the identity provider and the words on its site.
struct Department: Sendable {
    /// First path segment of its site, and the CSS class of its look.
    let slug: String
    /// Its `client_id` at the identity provider.
    let clientID: String
    /// The secret in the demo seed; an operator sets another by ``secretVariable``.
    let demoSecret: String
    /// The environment variable that overrides the secret.
    let secretVariable: String
    let name: Bilingual
    let motto: Bilingual
    /// What a signed-in person finds here.
    let services: [Service]
    /// What to search for at Yimen when the person wants to come in person.
    let searchWord: String

    /// One line of the department's own service list.
    struct Service: Sendable {
        let title: Bilingual
        let detail: Bilingual
    }

    static let all = [socialSecurity, realEstate]

    static let socialSecurity = Department(
        slug: "social-security",
        clientID: "sample-social-security",
        demoSecret: "demo-only-social-security-secret",
        secretVariable: "SAMPLE_SOCIAL_SECURITY_SECRET",
        name: Bilingual(zh: "社会保险服务网（示例）", en: "Social Insurance Online (sample)"),
        motto: Bilingual(zh: "参保、缴费、待遇，一处查清", en: "Insurance, payments and benefits in one place"),
        services: [
            Service(
                title: Bilingual(zh: "参保证明", en: "Proof of insurance"),
                detail: Bilingual(zh: "查看并打印本人的参保证明", en: "See and print your proof of insurance")),
            Service(
                title: Bilingual(zh: "缴费记录", en: "Payment record"),
                detail: Bilingual(zh: "按年查询养老、医疗、失业保险缴费", en: "Pension, medical and unemployment payments by year")),
            Service(
                title: Bilingual(zh: "社保卡", en: "Social security card"),
                detail: Bilingual(zh: "申领、挂失、补换社会保障卡", en: "Apply for, report or replace your card")),
        ],
        searchWord: "社保")

    static let realEstate = Department(
        slug: "real-estate",
        clientID: "sample-real-estate",
        demoSecret: "demo-only-real-estate-secret",
        secretVariable: "SAMPLE_REAL_ESTATE_SECRET",
        name: Bilingual(zh: "不动产登记网（示例）", en: "Real Estate Registry (sample)"),
        motto: Bilingual(zh: "查档、预审、领证，一网通办", en: "Search, pre-check and collect, on one site"),
        services: [
            Service(
                title: Bilingual(zh: "不动产查询", en: "Property search"),
                detail: Bilingual(zh: "查询本人名下的不动产登记信息", en: "See what is registered in your name")),
            Service(
                title: Bilingual(zh: "转移登记预审", en: "Transfer pre-check"),
                detail: Bilingual(zh: "到窗口之前先核对材料", en: "Have your papers checked before you come")),
            Service(
                title: Bilingual(zh: "办理进度", en: "Progress"),
                detail: Bilingual(zh: "查看登记申请办到哪一步", en: "See how far your application has come")),
        ],
        searchWord: "不动产")
}
