import Cryptography
import Logging
import ServiceLifecycle

/// Follows the key directory, so that a running process seals under the key that is current there.
///
/// Values under a key it has not seen yet open in any case: an unknown number is looked for at once.
struct KeyRingWatch: Service {
    /// `yimen keys rotate` waits longer than this before it looks for values sealed under the former key.
    static let pace = Duration.seconds(1)

    let keys: LiveKeyRing
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var isTroubled = false
            while (try? await Task.sleep(for: KeyRingWatch.pace)) != nil {
                do {
                    if try keys.refresh() {
                        logger.notice(
                            "key ring changed",
                            metadata: ["current": "\(keys.ring.currentNumber)", "keys": "\(keys.ring.numbers)"])
                    }
                    isTroubled = false
                } catch {
                    if !isTroubled { logger.error("key ring cannot be read", metadata: ["reason": "\(error)"]) }
                    isTroubled = true
                }
            }
        }
    }
}
