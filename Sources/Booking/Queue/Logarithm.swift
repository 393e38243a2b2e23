#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// Natural logarithm, without Foundation.
func logarithm(_ value: Double) -> Double { log(value) }
