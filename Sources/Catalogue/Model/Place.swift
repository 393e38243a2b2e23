#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A point on the map in degrees, WGS 84.
package struct Place: Sendable, Hashable, Codable {
    /// -90…90.
    package let latitude: Double
    /// -180…180.
    package let longitude: Double

    package init(latitude: Double, longitude: Double) {
        self.latitude = latitude
        self.longitude = longitude
    }

    /// `36.65,117.12`; `nil` for anything else than two numbers in degrees.
    package init?(text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        let plain = text.utf8.allSatisfy { (0x30...0x39).contains($0) || [0x2B, 0x2C, 0x2D, 0x2E].contains($0) }
        guard plain, text.utf8.count <= 48, parts.count == 2, let latitude = Double(parts[0]),
            let longitude = Double(parts[1])
        else { return nil }
        self.init(latitude: latitude, longitude: longitude)
    }

    package var isOnEarth: Bool {
        (-90...90).contains(latitude) && (-180...180).contains(longitude)
    }

    /// Great-circle distance in metres (haversine on a sphere of 6,371 km; good to half a percent).
    package func metres(to other: Place) -> Double {
        let radian = Double.pi / 180
        let halfLatitude = (other.latitude - latitude) * radian / 2
        let halfLongitude = (other.longitude - longitude) * radian / 2
        let chord =
            sin(halfLatitude) * sin(halfLatitude)
            + cos(latitude * radian) * cos(other.latitude * radian) * sin(halfLongitude) * sin(halfLongitude)
        return 2 * 6_371_000 * asin(min(1, chord.squareRoot()))
    }
}
