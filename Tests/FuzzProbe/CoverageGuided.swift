#if DEBUG || YIMEN_FUZZING
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import Synchronization

/// libFuzzer, which looks for inputs that reach new places in the instrumented code.
enum CoverageGuided {
    private static let chosen = Mutex<FuzzTarget?>(nil)

    /// - Parameter options: libFuzzer's, with the corpus's directory last.
    /// - Returns: 0 when nothing was found in the time given.
    static func run(_ target: FuzzTarget, _ options: [String]) -> CInt {
        chosen.withLock { $0 = target }
        #if YIMEN_FUZZING
        var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        var count = CInt(options.count + 1)
        let list = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: options.count + 2)
        for (index, text) in ([CommandLine.arguments[0]] + options).enumerated() { list[index] = strdup(text) }
        list[options.count + 1] = nil
        arguments = list
        return libFuzzer(&count, &arguments, one)
        #else
        FuzzProbe.leave("built without libFuzzer; scripts/test-deep.sh builds with it")
        #endif
    }

    fileprivate static func feed(_ bytes: [UInt8]) {
        chosen.withLock { $0 }?.feed(bytes)
    }
}

#if YIMEN_FUZZING
/// Under the name that libFuzzer's own main, which is linked and never called, asks for.
@_cdecl("LLVMFuzzerTestOneInput")
public func one(_ bytes: UnsafePointer<UInt8>?, _ length: Int) -> CInt {
    CoverageGuided.feed(Array(UnsafeBufferPointer(start: bytes, count: length)))
    return 0
}

/// The driver in libclang_rt.fuzzer, which `-sanitize=fuzzer` links; this program has a main of its own.
@_silgen_name("LLVMFuzzerRunDriver")
private func libFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ feed: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt
#endif
#endif
