import CArgon2

/// The hash function itself (RFC 9106), by the reference C library.
enum Argon2id {
    /// Blocks the calling thread for tens of milliseconds.
    /// - Throws: `PasswordFault.hashingFailed` when memory cannot be had.
    static func hash(
        _ password: [UInt8], salt: [UInt8], parameters: PasswordParameters, length: Int
    ) throws(PasswordFault) -> [UInt8] {
        var output = [UInt8](repeating: 0, count: length)
        let status = argon2id_hash_raw(
            UInt32(parameters.passes), UInt32(parameters.memoryKiB), UInt32(parameters.lanes), password, password.count,
            salt, salt.count, &output, length)
        guard status == ARGON2_OK.rawValue else { throw .hashingFailed(code: Int(status)) }
        return output
    }
}

/// Why a password could not be hashed or compared at all; a wrong password is a verdict and no fault.
package enum PasswordFault: Error, Sendable, Hashable {
    /// Longer than 1,024 bytes.
    case tooLong
    /// The stored text is no Argon2id hash within the accepted costs.
    case unreadableHash
    case hashingFailed(code: Int)
}
