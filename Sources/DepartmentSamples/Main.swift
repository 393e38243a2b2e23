import AsyncHTTPClient
import Hummingbird
import JWTKit

@main struct Main { static func main() { print("x") } }
