import Core
import Cryptography
import Storage
import Web

/// What must hold before this process may receive requests, as `/health/ready` names it.
struct Readiness {
    let groundwork: Groundwork
    let state: ServingState

    var checks: [ReadinessCheck] {
        let (groundwork, state) = (groundwork, state)
        return [
            ReadinessCheck("serving") { if state.isDraining { throw StartupFault("this process is stopping") } },
            ReadinessCheck("database") { try await groundwork.database.checkHealth() },
            ReadinessCheck("schema") { try await groundwork.requireAppliedSchema() },
            ReadinessCheck("keys") { try groundwork.keys.refresh() },
        ]
    }
}
