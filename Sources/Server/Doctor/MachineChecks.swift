import Foundation

#if canImport(Glibc)
import Glibc
#endif

/// Checks that need nothing but the machine: directories, disk, certificates.
struct MachineChecks {
    let settings: ServerSettings

    func findings() -> [Finding] {
        [dataDirectory(), keyPermissions(), freeSpace(), durability()].compactMap { $0 }
    }

    private func dataDirectory() -> Finding {
        let path = settings.dataDirectory
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
            return .bad("data directory", "\(path) does not exist; `yimen migrate` makes it")
        }
        guard isDirectory.boolValue else { return .bad("data directory", "\(path) is not a directory") }
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            return .bad(
                "data directory", "\(path) cannot be read and written by this user; chown it or set data.directory")
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
        guard mode & 0o007 == 0 else {
            return .doubtful("data directory", "\(path) can be read by everybody on this machine; chmod 700 it")
        }
        return .good("data directory", path)
    }

    /// Keys that others can read are as good as published.
    private func keyPermissions() -> Finding? {
        let folder = settings.dataDirectory + "/keys"
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else { return nil }
        let open = names.filter { name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: folder + "/" + name)
            let mode = (attributes?[.posixPermissions] as? NSNumber)?.intValue ?? 0
            return mode & 0o077 != 0
        }
        return open.isEmpty
            ? .good("keys", "\(names.count) files, readable by their owner only")
            : .bad("keys", "readable by others: \(open.sorted().joined(separator: ", ")); chmod 600 them and rotate")
    }

    private func freeSpace() -> Finding? {
        var status = statvfs()
        guard statvfs(settings.dataDirectory, &status) == 0 else { return nil }
        let free = UInt64(status.f_bavail) * UInt64(status.f_frsize) / 1_048_576
        if free < 100 {
            return .bad("disk", "\(free) MiB free: writes will soon fail; make room or move data.directory")
        }
        return free < 1024
            ? .doubtful("disk", "\(free) MiB free; make room soon") : .good("disk", "\(free / 1024) GiB free")
    }

    /// Every acknowledged booking waits for the disk: this is the rate that bounds a lone writer.
    private func durability() -> Finding? {
        let path = settings.dataDirectory + "/.doctor-\(getpid())"
        let file = open(path, O_CREAT | O_WRONLY | O_EXCL, 0o600)
        guard file >= 0 else { return nil }
        defer {
            close(file)
            unlink(path)
        }
        let block = [UInt8](repeating: 1, count: 4096)
        let clock = ContinuousClock()
        let start = clock.now
        var count = 0
        while count < 2000, clock.now - start < .milliseconds(300) {
            guard pwrite(file, block, block.count, 0) == block.count, fdatasync(file) == 0 else {
                return .bad(
                    "disk sync", "fdatasync failed in \(settings.dataDirectory); see the kernel's log for the disk")
            }
            count += 1
        }
        let elapsed = (clock.now - start).components
        let seconds = Double(elapsed.seconds) + Double(elapsed.attoseconds) / 1e18
        let rate = Int(Double(count) / seconds)
        return rate < 100
            ? .doubtful("disk sync", "\(rate) a second: a slow disk, bookings are combined but wait longer")
            : .good("disk sync", "\(rate) a second")
    }
}
