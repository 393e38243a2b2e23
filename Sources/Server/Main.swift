import ArgumentParser
import Configuration
import Hummingbird
import HummingbirdTLS

@main struct Main { static func main() { print("x") } }
