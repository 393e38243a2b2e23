/// Model of `booking/kiosk/enrol`: the form, and after a refusal what was wrong with it.
package struct EnrolPage: Sendable {
    enum Refusal: Sendable {
        case credentials
        /// The id and secret are good, but of something that stands in no hall.
        case noHall
    }

    /// As it was typed; the secret is typed again.
    let deviceID: String
    let isRefused: Bool
    let isWrong: Bool
    let hasNoHall: Bool

    package init() {
        self.init(deviceID: "", refusal: nil)
    }

    init(deviceID: String, refusal: Refusal?) {
        self.deviceID = String(deviceID.prefix(128))
        isRefused = refusal != nil
        isWrong = refusal == .credentials
        hasNoHall = refusal == .noHall
    }
}
