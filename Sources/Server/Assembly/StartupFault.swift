/// Why the program cannot do what it was asked, in a sentence that says what to do about it.
struct StartupFault: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
