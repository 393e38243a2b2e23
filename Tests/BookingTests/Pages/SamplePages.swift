import Catalogue
import Core
import Web

@testable import Booking

/// One model for each state of each template.
enum SamplePages {
    struct Sample: Sendable, CustomStringConvertible {
        let description: String
        let template: String
        let model: any Sendable
        let shows: [String]
        /// Has no form of its own.
        var isReadOnly = false
    }

    private static let item = ItemPart(id: "estate", name: "存量房转移登记", url: "/items/estate", minutes: 40)
    private static let hall = HallPart(id: "jinan", name: "济南市政务服务中心", address: "示例路 1 号")
    private static let shell = KioskShell(hall, closed: nil, scanKey: "s")
    private static let place = PlacePicker(
        action: "/book/estate",
        cities: [
            City(
                id: "jinan", code: "370100", name: LocalizedText(zh: "济南市", en: "Jinan"),
                place: Place(latitude: 36.65, longitude: 117.12))
        ], chosen: "jinan", locale: .zhHans)
    private static let notice = PageNotice(.danger, title: "〈通知〉", text: "<b>")

    static let all: [Sample] = citizen + visits + kiosk + walls

    private static let citizen: [Sample] = [
        Sample(
            description: "halls", template: "booking/halls",
            model: HallsPage(
                item: item, notice: notice, place: place, hasHalls: true,
                halls: [
                    .init(name: "济南", address: "示例", url: "/book/estate/jinan", icon: "hall", first: "今天", today: true),
                    .init(
                        name: "青岛", address: "示例", url: "/book/estate/qingdao", icon: "hall", first: nil, today: false,
                        distance: "约 3 公里"),
                ]),
            shows: [
                "/book/estate/qingdao", "booking-halls", "&lt;b&gt;", "<option value=\"jinan\" selected>",
                "data-near=\"/book/estate\"", "约 3 公里",
            ], isReadOnly: true),
        Sample(
            description: "no halls", template: "booking/halls",
            model: HallsPage(item: item, notice: nil, place: place, hasHalls: false, halls: []),
            shows: ["empty", "href=\"/items/estate\""], isReadOnly: true),
        Sample(
            description: "halls without booking", template: "booking/halls",
            model: HallsPage(
                item: item, notice: nil, place: place, hasHalls: true,
                halls: [.init(name: "济南", address: "示例", url: "/halls/jinan", icon: "hall", first: nil, today: false)],
                walkIn: true, elsewhere: "自助区"),
            shows: ["href=\"/halls/jinan\"", "自助区"], isReadOnly: true),
        Sample(
            description: "times", template: "booking/times",
            model: TimesPage(
                item: item, hall: hall, hallsURL: "/book/estate", notice: notice, holdURL: "/book/estate/jinan/hold",
                key: "k",
                days: [
                    .init(weekday: "周二", date: "11/24", left: "余 4", few: true, current: true, url: "/d"),
                    .init(weekday: "周六", date: "11/28", left: "休息", few: false, current: false, url: nil),
                ],
                chosen: .init(
                    title: "11月24日", hasTimes: true,
                    parts: [
                        .init(
                            name: "上午", summary: "1", open: true,
                            times: [
                                .init(
                                    at: "09:00", left: "剩 1 个", start: "2026-11-24T09:00:00+08:00", free: true,
                                    few: true),
                                .init(
                                    at: "09:30", left: "约满", start: "2026-11-24T09:30:00+08:00", free: false, few: false
                                ),
                            ])
                    ])),
            shows: [
                "value=\"2026-11-24T09:00:00+08:00\"", "time full", "day closed",
                "<details class=\"part-of-day\" open>",
            ]),
        Sample(
            description: "no times", template: "booking/times",
            model: TimesPage(
                item: item, hall: hall, hallsURL: "/book/estate", notice: nil, holdURL: "", key: "k", days: [],
                chosen: nil),
            shows: ["empty"], isReadOnly: true),
        Sample(
            description: "resume", template: "booking/resume",
            model: ResumePage(
                item: item, hall: hall, when: "11月24日 周二 09:00", start: "2026-11-24T09:00:00+08:00", key: "k",
                holdURL: "/book/estate/jinan/hold", timesURL: "/book/estate/jinan", goesOn: true),
            shows: ["data-send-at-once"]),
        Sample(
            description: "cancel", template: "booking/cancel",
            model: CancelPage(
                notice: nil, item: item, hall: hall, when: "11月24日", cancelURL: "/bookings/1/cancel",
                backURL: "/bookings/1", key: "k"), shows: ["/bookings/1/cancel"]),
        Sample(
            description: "move", template: "booking/move",
            model: MovePage(
                notice: notice, item: item, hall: hall, now: "11月24日 周二 09:00", backURL: "/bookings/1",
                moveURL: "/bookings/1/move", otherHallURL: "/book/estate",
                days: [.init(weekday: "周二", date: "11/24", left: "余 4", few: true, current: true, url: "/d")],
                chosen: .init(
                    title: "11月24日", hasTimes: true,
                    parts: [
                        .init(
                            name: "上午", summary: "1", open: true,
                            times: [
                                .init(
                                    at: "09:00", left: "现在的", start: "2026-11-24T09:00:00+08:00", free: false,
                                    few: false, mine: true),
                                .init(
                                    at: "09:30", left: "剩 2 个", start: "2026-11-24T09:30:00+08:00", free: true,
                                    few: true),
                            ])
                    ])),
            shows: [
                "method=\"get\" action=\"/bookings/1/move\"", "time chosen", "value=\"2026-11-24T09:30:00+08:00\"",
                "11月24日 周二 09:00",
            ], isReadOnly: true),
        Sample(
            description: "move, both times", template: "booking/move-confirm",
            model: MoveConfirmPage(
                item: item, hall: hall, now: "11月24日 周二 09:00", new: "11月25日 周三 10:00",
                start: "2026-11-25T10:00:00+08:00", moveURL: "/bookings/1/move", timesURL: "/t", backURL: "/bookings/1",
                key: "k"),
            shows: ["11月24日 周二 09:00", "11月25日 周三 10:00", "value=\"2026-11-25T10:00:00+08:00\""]),
        Sample(
            description: "messages", template: "booking/messages",
            model: MessagesPage(hasMessages: true, messages: [.init(to: "…0001", at: "11月24日", text: "【一门】")]),
            shows: ["【一门】"], isReadOnly: true),
    ]

    private static var visits: [Sample] {
        func visit(_ name: String, shows: [String], isReadOnly: Bool = true, _ fill: (inout VisitPage) -> Void)
            -> Sample
        {
            var page = VisitPage(title: name)
            page.notice = notice
            fill(&page)
            return Sample(
                description: name, template: "booking/reservation", model: page, shows: shows, isReadOnly: isReadOnly)
        }
        return [
            visit(
                "held", shows: ["data-countdown=\"597\"", "/confirm", "/release"],
                isReadOnly: false
            ) {
                $0.held = .init(
                    item: item, hall: hall, when: "11月24日", until: "09:00", secondsLeft: 597,
                    confirmURL: "/bookings/1/confirm", confirmKey: "a", releaseURL: "/bookings/1/release",
                    releaseKey: "b")
            },
            visit(
                "booked",
                shows: ["<svg id=\"qr\"", "<span>482</span><span>913</span><span>7065</span>", "calendar.ics"]
            ) {
                $0.booked = .init(
                    heading: "预约成功", date: "11月24日 周二", time: "09:00–09:40", item: item, hall: hall, when: "11月24日",
                    checkIn: "08:30–09:30", holder: "测*", code: .init("4829137065"), qr: "<svg id=\"qr\"></svg>",
                    calendarURL: "/bookings/1/calendar.ics", moveURL: "/bookings/1/move",
                    cancelURL: "/bookings/1/cancel",
                    materials: nil)
            },
            visit("waiting", shows: ["E037", "data-events=\"/api/v1/halls/jinan/board/events\"", "二层"]) {
                $0.live = .init(every: 10, events: "/api/v1/halls/jinan/board/events")
                $0.waiting = .init(number: "E037", ahead: "4 人", wait: "约 12 分钟", zone: "二层")
            },
            visit("called", shows: ["E037", "called-now"]) { $0.called = .init(number: "E037", go: "请到 3 号窗口") },
            visit("serving", shows: ["E037"]) { $0.serving = .init(number: "E037", go: "请到 3 号窗口") },
            visit("over", shows: ["/book/estate/jinan"]) {
                $0.over = .init(
                    title: "已取消", text: "…", tone: "", label: "已取消", item: item, hall: hall, when: nil,
                    again: "/book/estate/jinan")
            },
        ]
    }

    private static let kiosk: [Sample] = [
        Sample(
            description: "enrolment", template: "booking/kiosk/enrol", model: EnrolPage(),
            shows: ["name=\"client_id\"", "name=\"client_secret\"", "action=\"/kiosk/enrol\""]),
        Sample(
            description: "kiosk", template: "booking/kiosk/home",
            model: KioskHomePage(
                shell: shell, notice: nil, date: "11月24日", time: "09:00", codeURL: "/kiosk/jinan/code",
                waiting: 7),
            shows: ["action=\"/kiosk/jinan/check-in\" data-scan", "name=\"key\" value=\"s\"", "/kiosk/jinan/take"]),
        Sample(
            description: "kiosk of a closed hall", template: "booking/kiosk/home",
            model: KioskHomePage(
                shell: KioskShell(hall, closed: ClosedHall(opens: "今天 09:00", checkIn: true), scanKey: "s"),
                notice: nil,
                date: "11月24日", time: "08:45", codeURL: "/kiosk/jinan/code", waiting: 0),
            shows: ["data-scan", "今天 09:00</p>", "/kiosk/jinan/code"]),
        Sample(
            description: "items at the kiosk", template: "booking/kiosk/take",
            model: TakePage(
                shell: shell, title: "不动产", backURL: "/kiosk/jinan", takeURL: "/kiosk/jinan/take", query: "",
                hasDepartments: false, departments: [], hasItems: true,
                items: [
                    .init(url: "/kiosk/jinan/take/a", icon: "house", name: "甲", note: "40"),
                    .init(url: "/kiosk/jinan/take/b", icon: "house", name: "乙", note: "暂停取号", closed: true),
                ], nothing: false, hasPages: false, previousURL: nil, nextURL: nil),
            shows: [
                "<a class=\"tile plain\" href=\"/kiosk/jinan/take/a\"><span class=\"title\">甲</span>",
                "<div class=\"tile plain closed\"><span class=\"title\">乙</span>", "data-scan",
            ]),
        Sample(
            description: "number pad", template: "booking/kiosk/code",
            model: KioskCodePage(
                shell: shell, notice: notice, homeURL: "/kiosk/jinan",
                checkInURL: "/kiosk/jinan/check-in", code: "482 9", key: "k"),
            shows: [
                "value=\"482 9\"", "name=\"press\" value=\"0\"",
                "content=\"60;url=/preferences?lang=zh-Hans&amp;return",
            ]),
        Sample(
            description: "item at the kiosk", template: "booking/kiosk/item",
            model: KioskItemPage(
                shell: shell, notice: nil, backURL: "/kiosk/jinan/take", item: item, note: "40",
                online: true, materials: nil, queue: "3", takeURL: "/kiosk/jinan/tickets", key: "k"),
            shows: ["name=\"item\" value=\"estate\"", "value=\"priority\""]),
    ]

    private static let walls: [Sample] = [
        Sample(
            description: "boards", template: "booking/board/choose",
            model: ChooseBoardPage(halls: [.init(name: "济南", url: "/board/jinan")]), shows: ["/board/jinan"],
            isReadOnly: true),
        Sample(
            description: "windows", template: "booking/window/choose",
            model: ChooseWindowPage(
                place: "济南", notice: nil, hasHalls: true,
                mine: .init(title: "您正在使用 3 号窗口", url: "/window/w3"),
                halls: [
                    .init(
                        name: "济南", summary: "1 / 1",
                        windows: [
                            .init(
                                name: "3 号窗口", group: "不动产", url: "/window/w3", open: true, state: "使用中",
                                waiting: "4 人等候",
                                since: "已开启 9 分钟")
                        ])
                ]), shows: ["/window/w3", "open-state on", "4 人等候", "已开启 9 分钟", "您正在使用"], isReadOnly: true),
    ]
}
