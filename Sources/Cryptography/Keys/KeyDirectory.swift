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

    var fileName: String {
        switch self {
        case .index: "index.key"
        case .data(let number): "data-\(number).key"
        }
    }

    init?(fileName: String) {
        if fileName == KeyName.index.fileName {
            self = .index
        } else if fileName.hasPrefix("data-"), fileName.hasSuffix(".key"),
            let number = Int(fileName.dropFirst(5).dropLast(4)), number > 0, KeyName.data(number).fileName == fileName
        {
            self = .data(number)
        } else {
            return nil
        }
    }
}

/// Key files in a directory: one line of base64url each, mode 0600, written once and never changed.
struct KeyDirectory {
    let path: String
    /// A key file is 44 bytes; anything much longer is something else.
    private static let readLimit = 256

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

    func keyNames() throws(KeyRingFault) -> (data: [Int], hasIndex: Bool) {
        guard let directory = opendir(path) else { throw .unreachable(path, reason: lastError()) }
        defer { closedir(directory) }
        var numbers = [Int]()
        var hasIndex = false
        while let entry = readdir(directory) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            switch KeyName(fileName: name) {
            case .index: hasIndex = true
            case .data(let number): numbers.append(number)
            case nil: continue
            }
        }
        return (numbers, hasIndex)
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
        let directory = open(path, O_RDONLY | O_CLOEXEC)
        if directory >= 0 {
            fsync(directory)
            close(directory)
        }
    }

    private func lastError() -> String { String(cString: strerror(errno)) }
}

/// The system call, whose name the method above hides.
private func systemRead(_ descriptor: Int32, _ buffer: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, buffer, count)
}
