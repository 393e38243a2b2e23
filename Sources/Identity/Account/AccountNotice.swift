import Core
import Storage

/// Texts to a person about their own account (identity rule 32), sent through the outbox in the transaction they tell
/// of. They say what happened and what to do about it, and name nobody: phones lie open on tables.
enum AccountNotice: Sendable {
    case passwordChanged
    case locked
    case unlocked

    /// The topic of all texts of the house; `Server` joins it to whoever sends them.
    static let topic = "notification.sms"

    func send(to person: String, at now: Instant, _ surroundings: Surroundings, in transaction: any Transaction) throws
    {
        let text = text
        let payload = JSONValue.object([
            "person": .string(person), "zh": .string(text.zh), "en": .string(text.en),
        ])
        try Outbox.enqueue(
            in: transaction, topic: Self.topic, payload: String(decoding: payload.encoded(), as: UTF8.self),
            id: surroundings.newID(), availableAt: now)
    }

    private var text: LocalizedText {
        switch self {
        case .passwordChanged:
            LocalizedText(
                zh: "【一门】您的登录密码已修改，其他设备已全部退出。如非本人操作，请尽快到政务服务大厅核实。",
                en: "[Yimen] Your password was changed and all other devices were signed out. If this was not you, "
                    + "please come to a service hall soon.")
        case .locked:
            LocalizedText(
                zh: "【一门】您的账号已停用，所有设备已退出。如有疑问，请到政务服务大厅咨询；到大厅取号办事不受影响。",
                en: "[Yimen] Your account was locked and all devices were signed out. Please ask at a service hall; "
                    + "you can still take a number there.")
        case .unlocked:
            LocalizedText(zh: "【一门】您的账号已恢复使用。", en: "[Yimen] Your account can be used again.")
        }
    }
}
