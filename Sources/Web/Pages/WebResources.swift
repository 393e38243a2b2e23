import Foundation

/// The folder that the package manager lays beside the program.
package enum WebResources {
    package static let directory = Bundle.module.resourcePath ?? Bundle.module.bundlePath
}
