import COpenSSL

/// One certificate of OpenSSL's, freed with the last reference to it.
final class X509Handle {
    let pointer: OpaquePointer

    /// - Returns: `nil` unless the bytes are exactly one certificate.
    init?(der: [UInt8]) {
        guard der.count <= 64 * 1024 else { return nil }
        let parsed = der.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var cursor = buffer.baseAddress
            guard let certificate = d2i_X509(nil, &cursor, buffer.count) else { return nil }
            guard let end = cursor, let start = buffer.baseAddress, end - start == buffer.count else {
                X509_free(certificate)
                return nil
            }
            return certificate
        }
        guard let parsed else { return nil }
        pointer = parsed
    }

    /// Takes over a reference.
    init(owning pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { X509_free(pointer) }

    var der: [UInt8] {
        let length = i2d_X509(pointer, nil)
        guard length > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(length))
        _ = bytes.withUnsafeMutableBufferPointer { buffer -> Int32 in
            var end = buffer.baseAddress
            return i2d_X509(pointer, &end)
        }
        return bytes
    }
}
