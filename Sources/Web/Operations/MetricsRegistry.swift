package import CoreMetrics
import Synchronization

/// Keeps metrics of the whole program and prints them for Prometheus; stands behind swift-metrics.
///
///     MetricsSystem.bootstrap(registry)
package final class MetricsRegistry: MetricsFactory {
    private let series = Mutex<[SeriesKey: any Series]>([:])

    struct SeriesKey: Hashable {
        let kind: String
        let name: String
        let labels: String
    }

    /// Timers of what may take hours.
    private let slow: Set<String>

    /// - Parameter slow: labels of timers whose times reach from milliseconds to a day.
    package init(slow: Set<String> = []) {
        self.slow = slow
    }

    private func series<Value: Series>(
        _ kind: String, _ label: String, _ dimensions: [(String, String)], _ make: (SeriesKey) -> Value
    ) -> Value {
        let key = SeriesKey(kind: kind, name: PrometheusText.name(label), labels: PrometheusText.labels(dimensions))
        return series.withLock { all in
            if let found = all[key] as? Value { return found }
            let made = make(key)
            all[key] = made
            return made
        }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series("counter", label, dimensions) { Counter(key: $0) }
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        gauge(label, dimensions)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        if aggregate { return histogram(label, dimensions, buckets: Histogram.sizes, scale: 1) }
        return gauge(label, dimensions)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let buckets = slow.contains(label) ? Histogram.longTimes : Histogram.times
        return histogram(label + "_seconds", dimensions, buckets: buckets, scale: 1e-9)
    }

    func gauge(_ label: String, _ dimensions: [(String, String)]) -> Gauge {
        series("gauge", label, dimensions) { Gauge(key: $0) }
    }

    func histogram(_ label: String, _ dimensions: [(String, String)], buckets: [Double], scale: Double) -> Histogram {
        series("histogram", label, dimensions) { Histogram(key: $0, bounds: buckets, scale: scale) }
    }

    package func destroyCounter(_ handler: any CounterHandler) { remove(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { remove(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { remove(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { remove(handler) }

    private func remove(_ handler: Any) {
        guard let gone = handler as? any Series else { return }
        series.withLock { _ = $0.removeValue(forKey: gone.key) }
    }

    /// The exposition format, version 0.0.4.
    package func text() -> String {
        let all = series.withLock { Array($0.values) }
        return PrometheusText.render(all)
    }
}

/// One line, or one group of lines, of the output.
protocol Series: Sendable {
    var key: MetricsRegistry.SeriesKey { get }
    func write(to output: inout String)
}

final class Counter: CounterHandler, Series {
    let key: MetricsRegistry.SeriesKey
    private let value = Atomic<Int64>(0)

    init(key: MetricsRegistry.SeriesKey) { self.key = key }

    func increment(by amount: Int64) { value.add(amount, ordering: .relaxed) }
    func reset() { value.store(0, ordering: .relaxed) }

    func write(to output: inout String) {
        PrometheusText.line(key.name, key.labels, Double(value.load(ordering: .relaxed)), to: &output)
    }
}

final class Gauge: MeterHandler, RecorderHandler, Series {
    let key: MetricsRegistry.SeriesKey
    private let value = Mutex(0.0)

    init(key: MetricsRegistry.SeriesKey) { self.key = key }

    func set(_ value: Int64) { self.value.withLock { $0 = Double(value) } }
    func set(_ value: Double) { self.value.withLock { $0 = value } }
    func increment(by amount: Double) { value.withLock { $0 += amount } }
    func decrement(by amount: Double) { value.withLock { $0 -= amount } }
    func record(_ value: Int64) { set(value) }
    func record(_ value: Double) { set(value) }
    func add(_ amount: Double) { increment(by: amount) }

    func write(to output: inout String) {
        PrometheusText.line(key.name, key.labels, value.withLock { $0 }, to: &output)
    }
}
