import Foundation

/// The folder that the package manager lays beside the program.
package enum WebResources {
    /// Not asked for by `Bundle.module`: that ends the process where the folder is missing, and on the machine that
    /// built the program it finds the one of the build instead.
    package static let directory: String = {
        let program = Bundle.main.executableURL?.deletingLastPathComponent() ?? Bundle.main.bundleURL
        return program.appending(path: "yimen_Web.resources").path
    }()

    /// The folder to load from: the one that was chosen, or else the one beside the program.
    ///
    /// - Parameter chosen: the value of `resources.directory`.
    /// - Throws: `PageFault` naming what the folder lacks and what to do.
    static func locate(_ chosen: String?) throws(PageFault) -> String {
        let directory = chosen ?? WebResources.directory
        let missing = ["Locales", "Static", "Templates"].filter { folder in
            var isDirectory: ObjCBool = false
            let exists = FileManager.default.fileExists(atPath: "\(directory)/\(folder)", isDirectory: &isDirectory)
            return !exists || !isDirectory.boolValue
        }
        guard !missing.isEmpty else { return directory }
        let lack = "\(directory) lacks the folders \(missing.joined(separator: ", "))"
        throw PageFault(
            chosen == nil
                ? "\(lack): copy the folders yimen_*.resources beside the program, or set resources.directory "
                    + "(YIMEN_RESOURCES_DIRECTORY) to where yimen_Web.resources lies."
                : "resources.directory (YIMEN_RESOURCES_DIRECTORY): \(lack); name a copy of yimen_Web.resources, or "
                    + "leave the key out to use the one beside the program.")
    }
}
