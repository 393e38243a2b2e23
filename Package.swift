// swift-tools-version: 6.3
import PackageDescription

let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    .treatAllWarnings(as: .error),
    .treatWarning("DeprecatedDeclaration", as: .warning),
]

let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let tracing: Target.Dependency = .product(name: "Tracing", package: "swift-distributed-tracing")
let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")

let package = Package(
    name: "yimen",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "yimen", targets: ["Server"]),
        .executable(name: "department-samples", targets: ["DepartmentSamples"]),
    ],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(
            url: "https://github.com/apple/swift-configuration", from: "1.4.0",
            traits: ["JSON", "YAML", "CommandLineArguments"]),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    ],
    targets: [
        .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CQRCode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),

        .target(name: "Core", swiftSettings: settings),
        .target(
            name: "Cryptography",
            dependencies: [
                "Core", "CArgon2", "COpenSSL",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
            ], swiftSettings: settings),
        .target(
            name: "Storage",
            dependencies: [
                "Core", "CPostgres", logging, lifecycle, tracing,
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: settings),
        .target(
            name: "Web",
            dependencies: [
                "Core", "CQRCode", "CZlib", hummingbird, logging, lifecycle, tracing, httpClient, httpTypes, nio,
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "Mustache", package: "swift-mustache"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "NIOPosix", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            resources: [.copy("Resources/Templates"), .copy("Resources/Locales"), .copy("Resources/Static")],
            swiftSettings: settings),
        .target(
            name: "Catalogue",
            dependencies: ["Core", "Storage", "Web", "Cryptography", hummingbird, logging, lifecycle, httpTypes, nio],
            swiftSettings: settings),
        .target(
            name: "Identity",
            dependencies: [
                "Core", "Storage", "Web", "Cryptography", "Catalogue", hummingbird, logging, lifecycle, httpTypes,
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: settings),
        .target(
            name: "Booking",
            dependencies: [
                "Core", "Storage", "Web", "Cryptography", "Catalogue", hummingbird, logging, lifecycle, httpTypes,
            ],
            swiftSettings: settings),
        .target(
            name: "Gateway",
            dependencies: [
                "Core", "Storage", "Web", "Cryptography", "Catalogue", hummingbird, logging, lifecycle, httpTypes,
            ],
            swiftSettings: settings),
        .executableTarget(
            name: "Server",
            dependencies: [
                "Core", "Storage", "Web", "Cryptography", "Catalogue", "Identity", "Booking", "Gateway",
                hummingbird, logging, lifecycle, tracing, httpTypes, nio,
                hummingbirdCore, .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "HummingbirdHTTP2", package: "hummingbird"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "SystemPackage", package: "swift-system"),
                .product(name: "Yams", package: "Yams"),
                .product(name: "Metrics", package: "swift-metrics"),
            ], swiftSettings: settings),
        .executableTarget(
            name: "DepartmentSamples",
            dependencies: [
                hummingbird, logging, lifecycle, httpClient, httpTypes, nio,
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "JWTKit", package: "jwt-kit"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
            ], swiftSettings: settings),

        .target(
            name: "TestKit",
            dependencies: [
                "Core", "Storage", "Cryptography", "Web", hummingbird, httpTypes, nio, logging, lifecycle,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ], path: "Tests/TestKit", swiftSettings: settings),
        .testTarget(name: "CoreTests", dependencies: ["Core"], swiftSettings: settings),
        .testTarget(
            name: "CryptographyTests",
            dependencies: ["Core", "Cryptography", "TestKit", .product(name: "JWTKit", package: "jwt-kit")],
            swiftSettings: settings),
        .executableTarget(
            name: "StorageProbe",
            dependencies: ["Storage", logging, .product(name: "GRDB", package: "GRDB.swift")],
            path: "Tests/StorageProbe", swiftSettings: settings),
        .executableTarget(
            name: "FuzzProbe",
            dependencies: [
                "Core", "Cryptography", "Storage", "Web", "Catalogue", "Identity", "Booking", hummingbird, httpTypes,
                logging, .product(name: "NIOEmbedded", package: "swift-nio"),
            ],
            path: "Tests/FuzzProbe", swiftSettings: settings),
        .testTarget(
            name: "StorageTests", dependencies: ["Core", "Storage", "TestKit", "StorageProbe", logging, lifecycle],
            swiftSettings: settings),
        .testTarget(
            name: "WebTests", dependencies: ["Core", "Web", "TestKit", hummingbird, tracing, httpTypes, nio, logging],
            swiftSettings: settings),
        .testTarget(
            name: "CatalogueTests",
            dependencies: [
                "Catalogue", "TestKit", hummingbird, httpTypes, logging,
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "IdentityTests", dependencies: ["Identity", "TestKit", hummingbird, httpTypes],
            exclude: ["Golden/Exchanges"], swiftSettings: settings),
        .testTarget(
            name: "BookingTests", dependencies: ["Booking", "TestKit", hummingbird, httpTypes],
            exclude: ["Golden/Exchanges"], swiftSettings: settings),
        .testTarget(name: "GatewayTests", dependencies: ["Gateway", "TestKit"], swiftSettings: settings),
        .testTarget(
            name: "ServerTests",
            dependencies: [
                "Server", "TestKit", hummingbird, httpTypes,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ], swiftSettings: settings),
        .testTarget(name: "ArchitectureTests", swiftSettings: settings),
    ]
)
