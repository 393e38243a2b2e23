import Core

#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The name of a key file.
enum KeyName: Hashable {
    case index
    case data(Int)
    /// Opens already and does not seal yet, until every machine has it.
    case next(Int)
    /// No longer opens or seals; tickets signed with it are honoured until the file is removed.
    case retired(Int)

    var fileName: String {
        switch self {
        case .index: "index.key"
        case .data(let number): "data-\(number).key"
        case .next(let number): "next-\(number).key"
        case .retired(let number): "retired-\(number).key"
        }
    }

    init?(fileName: String) {
        let parts = fileName.dropLast(4).split(separator: "-", omittingEmptySubsequences: false)
        let name: KeyName
        switch (parts.first, parts.count == 2 ? Int(parts[1]) : nil) {
        case ("index", nil): name = .index
        case ("data", let number?) where number > 0: name = .data(number)
        case ("next", let number?) where number > 0: name = .next(number)
        case ("retired", let number?) where number > 0: name = .retired(number)
        default: return nil
        }
        guard name.fileName == fileName else { return nil }
        self = name
    }
}

/// The key files that a directory holds.
struct KeyNames: Equatable {
    var data = [Int]()
    var next = [Int]()
    var retired = [Int]()
    var hasIndex = false

    /// The number of a further key; numbers are never used twice.
    var isEmpty: Bool { data.isEmpty && next.isEmpty && retired.isEmpty && !hasIndex }
    var following: Int { ((data + next + retired).max() ?? 0) + 1 }
}

/// Key files in a directory: one line of base64url each, mode 0600, written once and never changed.
struct KeyDirectory {
    let path: String
    /// A key file is 44 bytes; anything much longer is something else.
    private static let readLimit = 256

    /// False only where it is known not to be there: one that cannot be reached may be full of keys.
    var exists: Bool { access(path, F_OK) == 0 || errno != ENOENT }

    func createIfMissing() throws(KeyRingFault) {
        var partial = path.hasPrefix("/") ? "" : "."
        for component in path.split(separator: "/") {
            partial += "/" + component
            if mkdir(partial, 0o700) != 0, errno != EEXIST { throw .unreachable(partial, reason: lastError()) }
        }
    }

    /// Runs the work while no other process runs its own on this directory.
    func locked<Value>(_ work: () throws(KeyRingFault) -> Value) throws(KeyRingFault) -> Value {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreachable(path, reason: lastError()) }
        defer { close(descriptor) }
        guard flock(descriptor, LOCK_EX) == 0 else { throw .unreachable(path, reason: lastError()) }
        return try work()
    }

    func keyNames() throws(KeyRingFault) -> KeyNames {
        guard let directory = opendir(path) else { throw .unreachable(path, reason: lastError()) }
        defer { closedir(directory) }
        var names = KeyNames()
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            switch KeyName(fileName: name) {
            case .index: names.hasIndex = true
            case .data(let number): names.data.append(number)
            case .next(let number): names.next.append(number)
            case .retired(let number): names.retired.append(number)
            case nil: continue
            }
        }
        return names
    }

    /// Gives a key its next place in life; the file is under one of both names at any time.
    func rename(_ old: KeyName, to new: KeyName) throws(KeyRingFault) {
        let source = path + "/" + old.fileName
        let target = path + "/" + new.fileName
        // link refuses an existing name, where rename would replace it.
        guard link(source, target) == 0 else { throw .unreachable(target, reason: lastError()) }
        guard unlink(source) == 0 else { throw .unreachable(source, reason: lastError()) }
        flushNames()
    }

    func read(_ name: KeyName) throws(KeyRingFault) -> RootKey {
        let file = path + "/" + name.fileName
        let descriptor = open(file, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .unreachable(file, reason: lastError()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreachable(file, reason: lastError()) }
        guard status.st_mode & 0o077 == 0 else { throw .permissions(file) }
        var buffer = [UInt8](repeating: 0, count: KeyDirectory.readLimit)
        let count = systemRead(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw .unreachable(file, reason: lastError()) }
        var text = buffer.prefix(count)
        if text.last == UInt8(ascii: "\n") { text.removeLast() }
        guard let bytes = Base64URL.decode(String(decoding: text, as: UTF8.self)), let key = RootKey(bytes) else {
            throw .malformed(file)
        }
        return key
    }

    /// Writes a key so that its file appears whole or not at all, even when power fails half-way.
    /// - Throws: also when the file already exists; it is left as it is.
    func create(_ name: KeyName, _ key: RootKey) throws(KeyRingFault) {
        let file = path + "/" + name.fileName
        let draft = "\(file).\(getpid()).draft"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .unreachable(draft, reason: lastError()) }
        defer { unlink(draft) }
        let text = Array((Base64URL.encode(key.bytes) + "\n").utf8)
        let written = write(descriptor, text, text.count)
        let isSafe = written == text.count && fsync(descriptor) == 0
        let reason = lastError()
        close(descriptor)
        guard isSafe else { throw .unreachable(draft, reason: reason) }
        // link refuses an existing name, where rename would replace another process's key.
        guard link(draft, file) == 0 else { throw .unreachable(file, reason: lastError()) }
        flushNames()
    }

    /// Makes the names themselves survive a power failure.
    private func flushNames() {
        let directory = open(path, O_RDONLY | O_CLOEXEC)
        guard directory >= 0 else { return }
        fsync(directory)
        close(directory)
    }

    /// When a name was last added, changed or removed.
    /// - Returns: nanoseconds since 1970.
    func changedAt() throws(KeyRingFault) -> Int64 {
        var status = stat()
        guard stat(path, &status) == 0 else { throw .unreachable(path, reason: lastError()) }
        return KeyDirectory.nanoseconds(status.st_mtim)
    }

    /// When a key's file got the name that it has.
    /// - Returns: nanoseconds since 1970.
    func namedAt(_ name: KeyName) throws(KeyRingFault) -> Int64 {
        var status = stat()
        let file = path + "/" + name.fileName
        guard stat(file, &status) == 0 else { throw .unreachable(file, reason: lastError()) }
        return KeyDirectory.nanoseconds(status.st_ctim)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }

    private func lastError() -> String { String(cString: strerror(errno)) }
}

/// The system call, whose name the method above hides.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
