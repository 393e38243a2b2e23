extension BidirectionalCollection {
    /// Without what stands at both ends, such as the white space around a header's value.
    func trimming(_ isTrimmed: (Element) -> Bool) -> SubSequence {
        guard let start = firstIndex(where: { !isTrimmed($0) }), let end = lastIndex(where: { !isTrimmed($0) }) else {
            return self[endIndex...]
        }
        return self[start...end]
    }
}
