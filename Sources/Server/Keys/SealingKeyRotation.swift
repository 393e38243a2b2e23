import Core
import Cryptography
import Foundation

/// The steps behind `yimen keys`: which key is current, what is still under an older one, and what to do about it.
struct SealingKeyRotation: Sendable {
    let groundwork: Groundwork
    /// Longer than a running server needs to see that another key is current.
    var settling = KeyRingWatch.pace * 3
    /// Longer than any sealed value lives outside the database: in access tokens and in cookies of a moment.
    var rest = Duration.hours(1)
    /// Where lines for the operator go.
    var say: @Sendable (String) -> Void = SealingKeyRotation.toStandardOutput

    private var values: SealedValues { SealedValues(database: groundwork.database, provider: groundwork.provider) }
    private var directory: String { groundwork.settings.keyDirectory }

    /// Makes a new key current unless the last rotation has not ended, and seals everything under it.
    func rotate(dryRun: Bool) async throws {
        let use = try await values.use()
        let ring = groundwork.keys.ring
        let left = use.filter { $0.key != ring.currentNumber }.values.reduce(0, +)
        // A prepared key comes first: on a second machine most values are under it already.
        if ring.nextNumber == nil, left > 0 {
            say("The rotation to key \(ring.currentNumber) has not ended: \(left) values are under older keys.")
            if dryRun { return }
        } else if dryRun {
            let what = ring.nextNumber.map { "key \($0), which is prepared," } ?? "a new key"
            let total = use.values.reduce(0, +) - (ring.nextNumber.flatMap { use[$0] } ?? 0)
            return say("Would make \(what) current and seal \(total) values anew; nothing was changed.")
        } else {
            try makeCurrent()
        }
        try await resealAll()
    }

    /// Adds a key that opens but does not seal yet.
    func prepare(dryRun: Bool) throws {
        if dryRun { return say("Would add a key that opens but does not seal yet; nothing was changed.") }
        let number = try KeyRing.prepareKey(directory: directory, random: groundwork.surroundings.random)
        say(
            "Key \(number) is prepared: copy \(directory)/next-\(number).key to the same place on every machine, then run "
                + "`yimen keys rotate` on each.")
    }

    /// Takes an older key out of use.
    ///
    /// - Parameter atOnce: ends what is sealed with it outside the database, too: for a key that was stolen.
    /// - Throws: `StartupFault` while a value is under it, or may be, and for a key that there is not.
    func retire(_ number: Int, atOnce: Bool = false) async throws {
        let count = try await values.use()[number] ?? 0
        guard count == 0 else {
            throw StartupFault(
                "Key \(number) cannot be retired: \(count) values are under it; run `yimen keys rotate`.")
        }
        let known = groundwork.keys.ring.numbers
        guard known.contains(number) else {
            throw StartupFault(
                "There is no sealing key \(number); in use are \(known.map(String.init).joined(separator: ", ")).")
        }
        let end = try KeyRing.currentSince(directory: directory) + rest
        guard atOnce || end <= groundwork.surroundings.now() else {
            throw StartupFault(
                "Key \(number) cannot be retired before \(ProvinceTime.format(end)): tokens and cookies sealed with it are "
                    + "still about. If the key was stolen, --now ends them.")
        }
        try KeyRing.retire(number, directory: directory)
        try groundwork.keys.refresh()
        say(
            "Key \(number) is retired. Its file stays as \(directory)/retired-\(number).key: tickets signed with it are "
                + "honoured and older backups can be read until you remove it.")
    }

    /// One line for each key.
    func list() async throws -> [String] {
        let use = try await values.use()
        let ring = groundwork.keys.ring
        var lines = ring.numbers.map { number in
            let state = number == ring.currentNumber ? "current" : number == ring.nextNumber ? "next" : "older"
            return "sealing\t\(number)\t\(state)\t\(use[number] ?? 0) values"
        }
        lines += ring.retiredNumbers.map { "sealing\t\($0)\tretired\t\(use[$0] ?? 0) values" }
        let known = Set(ring.numbers + ring.retiredNumbers)
        for (number, count) in use.sorted(by: { $0.key < $1.key }) where !known.contains(number) {
            lines.append("sealing\t\(number)\tMISSING\t\(count) values cannot be opened; restore its file")
        }
        return lines
    }

    /// Written at once: what a killed run has said was done.
    static let toStandardOutput: @Sendable (String) -> Void = {
        FileHandle.standardOutput.write(Data(($0 + "\n").utf8))
    }

    private func makeCurrent() throws {
        let number =
            try KeyRing.activateNext(directory: directory)
            ?? KeyRing.addKey(directory: directory, random: groundwork.surroundings.random)
        try groundwork.keys.refresh()
        say("Key \(number) is current.")
    }

    /// Twice: servers seal under the former key until they have seen the new one.
    private func resealAll() async throws {
        var resealing = Resealing(values: values)
        resealing.progress = { [say] column, count in
            if count % 10_000 < 200 { say("  \(column): \(count) so far") }
        }
        for (column, count) in try await resealing.run() { say("\(column): \(count) values sealed anew") }
        try await Task.sleep(for: settling)
        let late = try await resealing.run().map(\.count).reduce(0, +)
        if late > 0 { say("\(late) values sealed meanwhile followed") }
        let current = groundwork.keys.ring.currentNumber
        let older = groundwork.keys.ring.numbers.filter { $0 < current }
        let left = try await values.use().filter { $0.key != current }.values.reduce(0, +)
        guard left == 0 else {
            throw StartupFault(
                "\(left) values are still under older keys: a server somewhere does not have key \(current). Copy "
                    + "\(directory)/data-\(current).key to it and run the command again.")
        }
        let commands = older.map { "`yimen keys retire \($0)`" }.joined(separator: ", ")
        say(
            "Everything is under key \(current)."
                + (older.isEmpty ? "" : " To take older keys out of use: \(commands)."))
    }
}
