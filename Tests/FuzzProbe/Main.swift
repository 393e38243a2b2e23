#if DEBUG || YIMEN_FUZZING
import Foundation

/// Any bytes at all for every parser of outside data; `make test-deep` lets each run for a minute.
///
///     FuzzProbe list                          the names of the targets
///     FuzzProbe check                         every target on its own seeds
///     FuzzProbe seed NAME DIRECTORY           writes the seeds of a target as files
///     FuzzProbe run NAME FILE…                a target on files, such as one that libFuzzer has found
///     FuzzProbe fuzz NAME [OPTION… CORPUS]    libFuzzer; only where the program was built for it
@main struct FuzzProbe {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        switch (arguments.first, arguments.count) {
        case ("list", 1): for target in FuzzTarget.all { print(target.name) }
        case ("check", 1): check()
        case ("seed", 3): try FuzzTarget.named(arguments[1]).writeSeeds(into: arguments[2])
        case ("run", 3...):
            let target = FuzzTarget.named(arguments[1])
            for path in arguments.dropFirst(2) {
                target.feed(Array(try Data(contentsOf: URL(filePath: path))))
                print("\(target.name): \(path) is handled")
            }
        case ("fuzz", 2...): exit(CoverageGuided.run(FuzzTarget.named(arguments[1]), Array(arguments.dropFirst(2))))
        default: leave("usage: FuzzProbe list | check | seed NAME DIRECTORY | run NAME FILE… | fuzz NAME [OPTION…]")
        }
    }

    private static func check() {
        for target in FuzzTarget.all {
            for seed in target.seeds { target.feed(seed) }
            target.feed([])
            print("\(target.name): \(target.seeds.count) seeds are handled")
        }
    }

    static func leave(_ reason: String) -> Never {
        FileHandle.standardError.write(Data((reason + "\n").utf8))
        exit(64)
    }
}
#else
/// A release build has no access to what is internal; `scripts/test-deep.sh` builds with it.
@main struct FuzzProbe {
    static func main() { print("built without -DYIMEN_FUZZING, so there is nothing to run; see scripts/test-deep.sh") }
}
#endif
