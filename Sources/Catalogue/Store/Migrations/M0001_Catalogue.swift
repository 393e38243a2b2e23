package import Storage

/// The schema of the catalogue, in order.
package enum CatalogueMigrations {
    package static let all: [Migration] = [catalogue]

    private static let catalogue = Migration(
        "catalogue/0001-catalogue",
        [
            """
            CREATE TABLE catalogue_revision (
                id TEXT PRIMARY KEY CHECK (id = 'catalogue'),
                revision BIGINT NOT NULL,
                changed_at_ms BIGINT NOT NULL)
            """,
            "INSERT INTO catalogue_revision (id, revision, changed_at_ms) VALUES ('catalogue', 1, 0)",
            """
            CREATE TABLE catalogue_department (
                id TEXT PRIMARY KEY,
                position BIGINT NOT NULL,
                name_zh TEXT NOT NULL,
                name_en TEXT NOT NULL)
            """,
            """
            CREATE TABLE catalogue_city (
                id TEXT PRIMARY KEY,
                position BIGINT NOT NULL,
                code TEXT NOT NULL UNIQUE,
                name_zh TEXT NOT NULL,
                name_en TEXT NOT NULL,
                latitude DOUBLE PRECISION NOT NULL CHECK (latitude BETWEEN -90 AND 90),
                longitude DOUBLE PRECISION NOT NULL CHECK (longitude BETWEEN -180 AND 180),
                pilot BOOLEAN NOT NULL,
                abolished_on TEXT)
            """,
            """
            CREATE TABLE catalogue_life_event (
                id TEXT PRIMARY KEY,
                position BIGINT NOT NULL,
                name_zh TEXT NOT NULL,
                name_en TEXT NOT NULL,
                note_zh TEXT NOT NULL,
                note_en TEXT NOT NULL)
            """,
            """
            CREATE TABLE catalogue_item (
                id TEXT PRIMARY KEY,
                position BIGINT NOT NULL,
                code TEXT NOT NULL UNIQUE,
                department TEXT NOT NULL REFERENCES catalogue_department (id),
                name_zh TEXT NOT NULL,
                name_en TEXT NOT NULL,
                summary_zh TEXT NOT NULL,
                summary_en TEXT NOT NULL,
                minutes BIGINT NOT NULL CHECK (minutes BETWEEN 1 AND 240),
                kind TEXT NOT NULL CHECK (kind IN ('instant', 'promised')),
                applicants TEXT NOT NULL,
                channels TEXT NOT NULL,
                presence TEXT NOT NULL CHECK (presence IN ('window', 'entrusted', 'absent')),
                absence_reason TEXT CHECK (absence_reason IN ('space', 'secrecy')),
                reach TEXT NOT NULL CHECK (reach IN ('city', 'province', 'nation')),
                booking TEXT NOT NULL CHECK (booking IN ('allowed', 'none')),
                minimum_assurance TEXT NOT NULL CHECK (minimum_assurance IN ('L0', 'L1', 'L2', 'L3', 'L4')),
                proxy_allowed BOOLEAN NOT NULL,
                materials TEXT NOT NULL,
                words TEXT NOT NULL,
                life_events TEXT NOT NULL,
                popularity BIGINT NOT NULL CHECK (popularity BETWEEN 0 AND 100),
                CHECK ((presence = 'window') = (absence_reason IS NULL)),
                CHECK (presence <> 'absent' OR booking = 'none'))
            """,
            """
            CREATE TABLE catalogue_hall (
                id TEXT PRIMARY KEY,
                position BIGINT NOT NULL,
                level TEXT NOT NULL CHECK (level IN ('city', 'county', 'town', 'village', 'branch', 'selfService')),
                city TEXT NOT NULL REFERENCES catalogue_city (id),
                region_code TEXT NOT NULL,
                parent TEXT REFERENCES catalogue_hall (id),
                name_zh TEXT NOT NULL,
                name_en TEXT NOT NULL,
                address_zh TEXT NOT NULL,
                address_en TEXT NOT NULL,
                latitude DOUBLE PRECISION NOT NULL CHECK (latitude BETWEEN -90 AND 90),
                longitude DOUBLE PRECISION NOT NULL CHECK (longitude BETWEEN -180 AND 180),
                slot_minutes BIGINT NOT NULL CHECK (slot_minutes BETWEEN 5 AND 120 AND 1440 % slot_minutes = 0),
                follows_calendar BOOLEAN NOT NULL,
                CHECK ((level IN ('branch', 'selfService')) = (parent IS NOT NULL)),
                CHECK (parent <> id))
            """,
            """
            CREATE TABLE catalogue_opening (
                hall TEXT NOT NULL REFERENCES catalogue_hall (id),
                weekday BIGINT NOT NULL CHECK (weekday BETWEEN 1 AND 7),
                opens_minute BIGINT NOT NULL CHECK (opens_minute >= 0),
                closes_minute BIGINT NOT NULL CHECK (closes_minute <= 1440),
                extended BOOLEAN NOT NULL,
                PRIMARY KEY (hall, weekday, opens_minute),
                CHECK (opens_minute < closes_minute))
            """,
            """
            CREATE TABLE catalogue_zone (
                id TEXT PRIMARY KEY,
                position BIGINT NOT NULL,
                hall TEXT NOT NULL REFERENCES catalogue_hall (id),
                kind TEXT NOT NULL CHECK (kind IN ('intake', 'service', 'waiting', 'selfService')),
                floor BIGINT NOT NULL,
                name_zh TEXT NOT NULL,
                name_en TEXT NOT NULL)
            """,
            """
            CREATE TABLE catalogue_window_group (
                id TEXT PRIMARY KEY,
                position BIGINT NOT NULL,
                hall TEXT NOT NULL REFERENCES catalogue_hall (id),
                zone TEXT NOT NULL REFERENCES catalogue_zone (id),
                letter TEXT NOT NULL,
                name_zh TEXT NOT NULL,
                name_en TEXT NOT NULL,
                UNIQUE (hall, letter))
            """,
            """
            CREATE TABLE catalogue_group_item (
                hall TEXT NOT NULL,
                item TEXT NOT NULL REFERENCES catalogue_item (id),
                window_group TEXT NOT NULL REFERENCES catalogue_window_group (id),
                PRIMARY KEY (hall, item))
            """,
            """
            CREATE TABLE catalogue_window (
                id TEXT PRIMARY KEY,
                position BIGINT NOT NULL,
                hall TEXT NOT NULL REFERENCES catalogue_hall (id),
                window_group TEXT NOT NULL REFERENCES catalogue_window_group (id),
                number BIGINT NOT NULL CHECK (number > 0),
                kind TEXT NOT NULL CHECK (kind IN ('general', 'crossRegion', 'agency', 'complaint', 'fallback',
                    'department', 'selfService')),
                UNIQUE (hall, number))
            """,
            """
            CREATE TABLE catalogue_calendar_year (
                year BIGINT PRIMARY KEY,
                status TEXT NOT NULL CHECK (status IN ('final', 'provisional')),
                notice TEXT NOT NULL,
                guard_days BIGINT NOT NULL CHECK (guard_days >= 0))
            """,
            """
            CREATE TABLE catalogue_calendar_day (
                date TEXT PRIMARY KEY,
                year BIGINT NOT NULL REFERENCES catalogue_calendar_year (year),
                kind TEXT NOT NULL CHECK (kind IN ('off', 'makeup')),
                acts_as_weekday BIGINT CHECK (acts_as_weekday BETWEEN 1 AND 7),
                name_zh TEXT NOT NULL,
                name_en TEXT NOT NULL,
                CHECK (kind = 'makeup' OR acts_as_weekday IS NULL))
            """,
        ])
}
