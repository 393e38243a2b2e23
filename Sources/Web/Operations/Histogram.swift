import CoreMetrics
import Synchronization

/// A distribution over fixed buckets.
final class Histogram: RecorderHandler, TimerHandler, Series {
    /// Seconds.
    static let times = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]
    static let longTimes = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600, 14_400, 86_400]
    static let sizes: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000]

    let key: MetricsRegistry.SeriesKey
    private let bounds: [Double]
    /// What a recorded value is multiplied by: nanoseconds become seconds.
    private let scale: Double
    private let state: Mutex<State>

    private struct State {
        var counts: [UInt64]
        var sum = 0.0
    }

    init(key: MetricsRegistry.SeriesKey, bounds: [Double], scale: Double) {
        self.key = key
        self.bounds = bounds
        self.scale = scale
        state = Mutex(State(counts: [UInt64](repeating: 0, count: bounds.count + 1)))
    }

    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration)) }

    func record(_ value: Double) {
        let value = value * scale
        let index = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock { state in
            state.counts[index] += 1
            state.sum += value
        }
    }

    func write(to output: inout String) {
        let (counts, sum) = state.withLock { ($0.counts, $0.sum) }
        var total: UInt64 = 0
        let separator = key.labels.isEmpty ? "" : ","
        for (index, count) in counts.enumerated() {
            total += count
            let bound = index < bounds.count ? String(bounds[index]) : "+Inf"
            PrometheusText.line(
                key.name + "_bucket", key.labels + separator + "le=\"\(bound)\"", Double(total), to: &output)
        }
        PrometheusText.line(key.name + "_sum", key.labels, sum, to: &output)
        PrometheusText.line(key.name + "_count", key.labels, Double(total), to: &output)
    }
}
