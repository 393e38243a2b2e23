import Storage

/// Reservations and what hangs on them: claims on cells, services, tickets, calls, redemptions.
enum M0002_Visits {
    static let migration = Migration(
        "booking/0002-visits",
        [
            """
            CREATE TABLE booking_reservation (
                id TEXT PRIMARY KEY,
                person TEXT,
                client_id TEXT NOT NULL,
                origin TEXT NOT NULL CHECK (origin IN ('web', 'mobile', 'hall', 'walkIn')),
                hall TEXT NOT NULL,
                group_id TEXT NOT NULL,
                items TEXT NOT NULL,
                party_size BIGINT NOT NULL DEFAULT 1 CHECK (party_size BETWEEN 1 AND 20),
                mandate TEXT,
                state TEXT NOT NULL CHECK (state IN ('held', 'expired', 'released', 'booked', 'cancelled', 'noShow',
                    'waiting', 'called', 'serving', 'parked', 'skipped', 'done', 'left')),
                ver BIGINT NOT NULL CHECK (ver > 0),
                revision BIGINT NOT NULL CHECK (revision >= 0),
                code TEXT,
                slot_start_at_ms BIGINT,
                slot_end_at_ms BIGINT,
                hold_expires_at_ms BIGINT,
                adapter TEXT,
                adapter_reference TEXT,
                created_at_ms BIGINT NOT NULL,
                updated_at_ms BIGINT NOT NULL,
                CHECK ((state = 'held') = (hold_expires_at_ms IS NOT NULL)),
                CHECK ((origin = 'walkIn') = (slot_start_at_ms IS NULL)),
                CHECK ((slot_start_at_ms IS NULL) = (slot_end_at_ms IS NULL)),
                CHECK ((slot_start_at_ms IS NULL) = (code IS NULL)),
                CHECK (origin = 'walkIn' OR person IS NOT NULL)
            )
            """,
            "CREATE UNIQUE INDEX booking_reservation_code ON booking_reservation (code) WHERE code IS NOT NULL",
            """
            CREATE INDEX booking_reservation_person ON booking_reservation (person, id) WHERE person IS NOT NULL
            """,
            """
            CREATE INDEX booking_reservation_hold ON booking_reservation (hold_expires_at_ms) WHERE state = 'held'
            """,
            """
            CREATE INDEX booking_reservation_due ON booking_reservation (slot_start_at_ms) WHERE state = 'booked'
            """,
            """
            CREATE TABLE booking_claim (
                reservation_id TEXT NOT NULL REFERENCES booking_reservation (id),
                group_id TEXT NOT NULL,
                start_at_ms BIGINT NOT NULL,
                channel TEXT NOT NULL CHECK (channel IN ('web', 'mobile', 'hall')),
                units BIGINT NOT NULL CHECK (units > 0),
                release_at_ms BIGINT,
                PRIMARY KEY (reservation_id, group_id, start_at_ms, channel)
            )
            """,
            "CREATE INDEX booking_claim_release ON booking_claim (release_at_ms) WHERE release_at_ms IS NOT NULL",
            """
            CREATE TABLE booking_reservation_service (
                reservation_id TEXT NOT NULL REFERENCES booking_reservation (id),
                position BIGINT NOT NULL CHECK (position >= 0),
                item TEXT NOT NULL,
                minutes BIGINT NOT NULL CHECK (minutes > 0),
                outcome TEXT CHECK (outcome IN ('handled', 'notHandled')),
                PRIMARY KEY (reservation_id, position)
            )
            """,
            """
            CREATE TABLE booking_number (
                hall TEXT NOT NULL,
                day TEXT NOT NULL,
                letter TEXT NOT NULL,
                last BIGINT NOT NULL CHECK (last BETWEEN 1 AND 99999),
                PRIMARY KEY (hall, day, letter)
            )
            """,
            """
            CREATE TABLE booking_ticket (
                id TEXT PRIMARY KEY,
                reservation_id TEXT NOT NULL UNIQUE REFERENCES booking_reservation (id),
                leg BIGINT NOT NULL CHECK (leg > 0),
                hall TEXT NOT NULL,
                day TEXT NOT NULL,
                number TEXT NOT NULL,
                queue TEXT NOT NULL,
                ref_at_ms BIGINT NOT NULL,
                class TEXT NOT NULL CHECK (class IN
                    ('ordinary', 'priority', 'elder', 'disabled', 'military', 'expectant')),
                punctual BOOLEAN NOT NULL,
                minutes BIGINT NOT NULL CHECK (minutes > 0),
                issued_at_ms BIGINT NOT NULL,
                callable_at_ms BIGINT NOT NULL,
                behind BIGINT NOT NULL DEFAULT 0 CHECK (behind >= 0),
                rejoins BIGINT NOT NULL DEFAULT 0 CHECK (rejoins >= 0),
                promised_median_ms BIGINT,
                promised_low_ms BIGINT,
                promised_high_ms BIGINT,
                first_called_at_ms BIGINT,
                closed_at_ms BIGINT,
                ver BIGINT NOT NULL CHECK (ver > 0),
                UNIQUE (hall, day, number)
            )
            """,
            "CREATE INDEX booking_ticket_queue ON booking_ticket (queue) WHERE closed_at_ms IS NULL",
            // Numbers start afresh at midnight while people who came before still wait: no two of them may share one.
            "CREATE UNIQUE INDEX booking_ticket_open_number ON booking_ticket (hall, number) WHERE closed_at_ms IS NULL",
            """
            CREATE TABLE booking_call (
                id TEXT PRIMARY KEY,
                ticket_id TEXT NOT NULL REFERENCES booking_ticket (id),
                window_id TEXT NOT NULL,
                hall TEXT NOT NULL,
                officer TEXT NOT NULL,
                opened_at_ms BIGINT NOT NULL,
                last_called_at_ms BIGINT NOT NULL,
                recalls BIGINT NOT NULL DEFAULT 0 CHECK (recalls >= 0),
                started_at_ms BIGINT,
                closed_at_ms BIGINT,
                outcome TEXT CHECK (outcome IN ('done', 'skipped', 'left', 'parked', 'transferred', 'takenBack')),
                CHECK ((closed_at_ms IS NULL) = (outcome IS NULL))
            )
            """,
            "CREATE UNIQUE INDEX booking_call_of_ticket ON booking_call (ticket_id) WHERE closed_at_ms IS NULL",
            "CREATE UNIQUE INDEX booking_call_of_window ON booking_call (window_id) WHERE closed_at_ms IS NULL",
            "CREATE INDEX booking_call_of_hall ON booking_call (hall) WHERE closed_at_ms IS NULL",
            """
            CREATE TABLE booking_redemption (
                reservation_id TEXT NOT NULL REFERENCES booking_reservation (id),
                revision BIGINT NOT NULL,
                hall TEXT NOT NULL,
                device TEXT NOT NULL,
                device_counter BIGINT,
                offline BOOLEAN NOT NULL,
                proof TEXT NOT NULL CHECK (proof IN ('ticket', 'code', 'identityNumber')),
                verdict TEXT NOT NULL CHECK (verdict IN ('punctual', 'late')),
                redeemed_at_ms BIGINT NOT NULL,
                PRIMARY KEY (reservation_id, revision)
            )
            """,
            """
            CREATE TABLE booking_window_session (
                id TEXT PRIMARY KEY,
                window_id TEXT NOT NULL,
                hall TEXT NOT NULL,
                queue TEXT NOT NULL,
                officer TEXT NOT NULL,
                opened_at_ms BIGINT NOT NULL,
                closed_at_ms BIGINT
            )
            """,
            """
            CREATE UNIQUE INDEX booking_window_session_open ON booking_window_session (window_id)
            WHERE closed_at_ms IS NULL
            """,
            """
            CREATE INDEX booking_window_session_queue ON booking_window_session (queue) WHERE closed_at_ms IS NULL
            """,
        ])
}
