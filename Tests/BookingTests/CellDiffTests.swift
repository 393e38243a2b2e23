import Core
import Testing

@testable import Booking

@Suite("Rules to cells: a change writes a diff, never a rebuild")
struct CellDiffTests {
    private static let day = LocalDate(dayNumber: 20780)

    private func plan(slot: Int, places: Int) -> [PlannedCell] {
        CellPlan.cells(of: [BookingWorld.rule("g", slot: slot, places: places)], on: CellDiffTests.day, weekday: 1)
    }

    @Test(arguments: [(1, 1), (2, 1), (3, 2), (4, 2), (10, 7), (100, 70)])
    func `at least three places in ten stay with those who walk in`(places: Int, bookable: Int) {
        #expect(BookingWorld.rule("g", slot: 10, places: places).bookable == bookable)
    }

    @Test func `a rest shorter than a slot is not offered`() {
        let rule = Rule(
            series: "s", version: 1, group: "g", weekdays: [1], from: 540, to: 625, slotMinutes: 30, places: 4,
            walkInPercent: 30, shares: ChannelShares(web: 100, mobile: 100, hall: 100))
        let cells = CellPlan.cells(of: [rule], on: CellDiffTests.day, weekday: 1)
        #expect(cells.map { ProvinceTime.clock($0.start) } == ["09:00", "09:30"])
        #expect(CellPlan.cells(of: [rule], on: CellDiffTests.day, weekday: 2).isEmpty)
        #expect(CellPlan.cells(of: [rule], on: CellDiffTests.day, weekday: nil).isEmpty)
    }

    @Test func `what is stored as wanted needs no change`() {
        let wanted = plan(slot: 10, places: 10)
        var table = TestTable()
        table.apply(CellDiff(wanted: wanted, stored: []))
        #expect(table.cells.count == 144)
        #expect(CellDiff(wanted: wanted, stored: table.cells).isEmpty)
    }

    @Test func `shrinking below what is used keeps the bookings and says how many are over`() throws {
        var table = TestTable()
        table.apply(CellDiff(wanted: plan(slot: 10, places: 10), stored: []))
        table.use(5, at: 0)
        let smaller = plan(slot: 10, places: 4)
        table.apply(CellDiff(wanted: smaller, stored: table.cells))
        let cell = try #require(table.cells.first)
        #expect(cell.used == 5 && cell.cap == 5 && cell.over == 3)
        #expect(cell.remaining(on: .web) == 0)
        #expect(CellDiff(wanted: smaller, stored: table.cells).isEmpty)
    }

    @Test func `a closed day keeps booked cells and offers nothing`() {
        var table = TestTable()
        table.apply(CellDiff(wanted: plan(slot: 10, places: 10), stored: []))
        table.use(2, at: 3)
        table.apply(CellDiff(wanted: [], stored: table.cells))
        #expect(table.cells.allSatisfy { !$0.open && $0.remaining(on: .web) == 0 })
        #expect(table.cells[3].used == 2 && table.cells[3].over == 2)
    }

    @Test func `another grid counts what the old one has sold`() {
        var table = TestTable()
        table.apply(CellDiff(wanted: plan(slot: 30, places: 10), stored: []))
        table.use(4, at: 1)
        table.apply(CellDiff(wanted: plan(slot: 10, places: 10), stored: table.cells))
        let half = ProvinceTime.instant(of: CellDiffTests.day, minute: 40)
        #expect(table.cells.first { $0.start == half }?.cap == 3)
        #expect(table.cells.reduce(0) { $0 + $1.used } == 4)
    }

    @Test(arguments: 0..<50)
    func `any change of rules under any use keeps every booking and ends stable`(seed: UInt64) {
        var random = SplitMix(state: seed)
        var table = TestTable()
        for _ in 0..<6 {
            let wanted = plan(
                slot: [10, 15, 20, 30].randomElement(using: &random) ?? 10,
                places: Int.random(in: 0...12, using: &random))
            let before = table.cells.filter { $0.used > 0 }
            table.apply(CellDiff(wanted: wanted, stored: table.cells))
            for cell in before { #expect(table.cells.first { $0.start == cell.start }?.used == cell.used) }
            #expect(CellDiff(wanted: wanted, stored: table.cells).isEmpty)
            #expect(table.cells.allSatisfy { 0 <= $0.used && $0.used <= $0.cap })
            for index in table.cells.indices where Bool.random(using: &random) {
                table.use(Int.random(in: 0...table.cells[index].remaining(on: .web), using: &random), at: index)
            }
        }
    }
}

/// The table of cells, as the statements of `PlanStore` change it.
private struct TestTable {
    private(set) var cells: [StoredCell] = []

    mutating func apply(_ diff: CellDiff) {
        for cell in diff.added { put(cell, open: true, over: nil) }
        for change in diff.changed {
            let old = cells.first { $0.start == change.target.start }
            cells.removeAll { $0.start == change.target.start }
            put(change.target, open: change.open, over: old)
        }
        cells.sort { $0.start < $1.start }
    }

    private mutating func put(_ cell: PlannedCell, open: Bool, over old: StoredCell?) {
        let used = old?.used ?? 0
        cells.append(
            StoredCell(
                start: cell.start, end: cell.end, open: open, places: cell.places, cap: max(cell.cap, used),
                used: used, over: max(0, used - cell.cap), webCap: max(cell.web, used), webUsed: used,
                mobileCap: cell.mobile, mobileUsed: 0, hallCap: cell.hall, hallUsed: 0))
    }

    mutating func use(_ units: Int, at index: Int) {
        let cell = cells[index]
        cells[index] = StoredCell(
            start: cell.start, end: cell.end, open: cell.open, places: cell.places, cap: cell.cap,
            used: cell.used + units, over: cell.over, webCap: cell.webCap, webUsed: cell.webUsed + units,
            mobileCap: cell.mobileCap, mobileUsed: 0, hallCap: cell.hallCap, hallUsed: 0)
    }
}

struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
