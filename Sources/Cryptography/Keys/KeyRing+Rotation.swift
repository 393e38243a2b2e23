package import Core

/// The life of a data key: next (opens, does not seal), current, older (opens), retired.
extension KeyRing {
    /// Adds a data key with the next number; values are sealed under it as soon as a process sees it.
    /// - Returns: its number.
    package static func addKey(
        directory: String, random: some RandomSource = SystemRandom()
    ) throws(KeyRingFault) -> Int {
        let store = KeyDirectory(path: directory)
        return try store.locked { () throws(KeyRingFault) in
            let number = try store.keyNames().following
            try store.create(.data(number), RootKey(random: random))
            return number
        }
    }

    /// Adds a key that opens but does not seal, so that it can be brought to every machine before the first value is
    /// sealed under it. One that waits already is kept.
    /// - Returns: its number.
    package static func prepareKey(
        directory: String, random: some RandomSource = SystemRandom()
    ) throws(KeyRingFault) -> Int {
        let store = KeyDirectory(path: directory)
        return try store.locked { () throws(KeyRingFault) in
            let names = try store.keyNames()
            if let waiting = names.next.max() { return waiting }
            try store.create(.next(names.following), RootKey(random: random))
            return names.following
        }
    }

    /// Makes the waiting key the current one.
    /// - Returns: its number; `nil` when none waits.
    package static func activateNext(directory: String) throws(KeyRingFault) -> Int? {
        let store = KeyDirectory(path: directory)
        return try store.locked { () throws(KeyRingFault) in
            guard let number = try store.keyNames().next.max() else { return nil }
            try store.rename(.next(number), to: .data(number))
            return number
        }
    }

    /// Since when the current key has been current in this directory.
    package static func currentSince(directory: String) throws(KeyRingFault) -> Instant {
        let store = KeyDirectory(path: directory)
        return try store.locked { () throws(KeyRingFault) in
            let current = try load(directory: store).currentNumber
            return Instant(milliseconds: try store.namedAt(.data(current)) / 1_000_000)
        }
    }

    /// Takes an older key out of use; its file stays as `retired-N.key`.
    ///
    /// The caller has made sure that nothing is sealed under it.
    /// - Throws: `KeyRingFault.notRetirable` for the current key and for one that is not in the ring.
    package static func retire(_ number: Int, directory: String) throws(KeyRingFault) {
        let store = KeyDirectory(path: directory)
        try store.locked { () throws(KeyRingFault) in
            let names = try store.keyNames()
            guard names.data.contains(number) else {
                let known = names.data.sorted().map(String.init).joined(separator: ", ")
                throw .notRetirable(number, reason: "the ring holds \(known)")
            }
            guard number != names.data.max() else { throw .notRetirable(number, reason: "it is the current key") }
            try store.rename(.data(number), to: .retired(number))
        }
    }
}
