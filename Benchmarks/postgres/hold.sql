-- The statements of a hold as Sources/Booking sends them, for pgbench: the limit that the server is set against.
-- Variables: group_id (text), cells (number of starts), first (the first start, milliseconds), step (milliseconds).
\set start :first + :step * random(0, :cells - 1)
\set end :start + :step
\set person random(1, 5000)
\set code random(1000000000, 9999999999)
\set id1 random(1, 9000000000000000000)
\set id2 random(1, 9000000000000000000)
BEGIN;
UPDATE booking_cell
SET used = used + 1, web_used = web_used + 1, mobile_used = mobile_used + 0, hall_used = hall_used + 0
WHERE group_id = CAST(:group_id AS text) AND start_at_ms >= CAST(:start AS bigint) AND start_at_ms < CAST(:end AS bigint) AND open = TRUE
    AND used + 1 <= cap - over_by AND web_used + 1 <= web_cap AND mobile_used + 0 <= mobile_cap
    AND hall_used + 0 <= hall_cap
RETURNING start_at_ms, end_at_ms;
INSERT INTO booking_person_limit (person, kind, period, used, cap)
VALUES ('bench-' || CAST(:person AS text), 'active', '', 1, 1000000), ('bench-' || CAST(:person AS text), 'itemDay', '2026/x', 1, 1000000)
ON CONFLICT (person, kind, period) DO UPDATE
SET used = booking_person_limit.used + 1, cap = excluded.cap
WHERE booking_person_limit.used < excluded.cap;
INSERT INTO booking_reservation (id, person, client_id, origin, hall, group_id, items, mandate, state, ver,
    revision, code, slot_start_at_ms, slot_end_at_ms, hold_expires_at_ms, created_at_ms, updated_at_ms)
VALUES (CAST(:id1 AS text) || '-' || CAST(:id2 AS text), 'bench-' || CAST(:person AS text), 'bench', 'web', 'bench', CAST(:group_id AS text), 'bench', NULL, 'held', 1, 0,
    'b' || CAST(:code AS text) || CAST(:client_id AS text), CAST(:start AS bigint), CAST(:end AS bigint), 4102444800000, CAST(:start AS bigint), CAST(:start AS bigint))
ON CONFLICT DO NOTHING;
INSERT INTO booking_claim (reservation_id, group_id, channel, units, start_at_ms)
VALUES (CAST(:id1 AS text) || '-' || CAST(:id2 AS text), CAST(:group_id AS text), 'web', 1, CAST(:start AS bigint));
INSERT INTO booking_event_intake (id, hall, kind, subject, detail, at_ms)
VALUES (CAST(:id1 AS text) || '+' || CAST(:id2 AS text), 'bench', 'held', CAST(:id1 AS text) || '-' || CAST(:id2 AS text), '{"start":"bench"}', CAST(:start AS bigint));
INSERT INTO booking_idempotency (principal, route, request_key, request_hash, status, answer, created_at_ms)
VALUES ('bench-' || CAST(:person AS text), 'reservations', CAST(:id1 AS text) || '/' || CAST(:id2 AS text), 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0', 201,
    '{"id":"bench","state":"held"}', CAST(:start AS bigint))
ON CONFLICT (principal, route, request_key) DO NOTHING;
COMMIT;
