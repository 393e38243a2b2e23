/// How halls are named by level, the same in the whole province (名称规范).
package enum HallNameRule {
    /// The ending that the Chinese name of a hall of this level has; `nil` where departments name
    /// their branch halls themselves.
    package static func ending(for level: HallLevel) -> String? {
        switch level {
        case .city, .county: "政务服务中心"
        case .town: "便民服务中心"
        case .village: "便民服务站"
        case .selfService: "自助服务区"
        case .branch: nil
        }
    }

    /// What is wrong with a name; `nil` for a good one.
    package static func fault(in name: String, level: HallLevel) -> String? {
        if let ending = ending(for: level) {
            guard name.hasSuffix(ending), name.count > ending.count else {
                return "must be the place's name followed by \(ending)"
            }
        } else if HallLevel.allCases.compactMap(ending(for:)).contains(where: name.hasSuffix) {
            return "must not end like the name of a hall of another level"
        }
        return nil
    }

    /// Window kinds that a hall of this level is set up with at least.
    package static func compulsoryWindows(for level: HallLevel) -> [WindowKind] {
        switch level {
        case .city, .county: [.general, .crossRegion, .agency, .complaint, .fallback]
        case .town: [.general, .agency]
        case .village: [.agency]
        case .branch, .selfService: []
        }
    }
}
