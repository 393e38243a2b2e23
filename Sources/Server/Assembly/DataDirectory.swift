import Foundation

/// The directory that holds the SQLite file and the keys; readable by its owner only.
struct DataDirectory {
    let path: String

    /// - Throws: `StartupFault` when it cannot be made or written.
    func prepare() throws {
        do {
            try FileManager.default.createDirectory(
                atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        } catch {
            throw StartupFault(
                "The data directory \(path) cannot be made (\(error.localizedDescription)); set data.directory or make it by hand."
            )
        }
        guard FileManager.default.isWritableFile(atPath: path) else {
            throw StartupFault(
                "The data directory \(path) cannot be written by this user; chown it or set data.directory.")
        }
    }
}
