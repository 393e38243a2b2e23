/* What this machine can do without a server around it: the limits that `Benchmarks/run` sets figures against.
 *
 *   limits fdatasync DIR SECONDS         4 KiB appended and made durable, one at a time: per second
 *   limits argon2id THREADS SECONDS      Argon2id of 19 MiB in two passes on every thread: per second
 *   limits bookings DIR SECONDS CELLS SCHEMA   the product's own hold, one a commit, SQLite, WAL, synchronous=FULL:
 *                                              per second; SCHEMA is a file with the statements that make its tables
 *   limits bookings-thin DIR SECONDS CELLS     the same of two rows without any check but the place: per second
 *
 * Each prints one number.
 */
#include <argon2.h>
#include <fcntl.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void fail(const char *what) {
    fprintf(stderr, "limits: %s\n", what);
    exit(1);
}

static double fdatasync_rate(const char *directory, double seconds) {
    char path[4096];
    char page[4096];
    snprintf(path, sizeof path, "%s/fdatasync.probe", directory);
    memset(page, 'x', sizeof page);
    int file = open(path, O_CREAT | O_RDWR | O_TRUNC, 0600);
    if (file < 0) fail("cannot write the probe file");
    unlink(path);
    long count = 0;
    double start = now(), end = start;
    for (; end - start < seconds; count++, end = now()) {
        /* The file keeps its size after the first round, as a write-ahead log does. */
        if (pwrite(file, page, sizeof page, (count % 1024) * (off_t)sizeof page) != sizeof page) fail("write failed");
        if (fdatasync(file) != 0) fail("fdatasync failed");
    }
    close(file);
    return (double)count / (end - start);
}

struct hasher {
    double until;
    long count;
};

static void *hash_until(void *argument) {
    struct hasher *self = argument;
    unsigned char output[32];
    while (now() < self->until) {
        if (argon2id_hash_raw(2, 19456, 1, "Yimen-demo-2026", 15, "0123456789abcdef", 16, output, sizeof output) != ARGON2_OK)
            fail("Argon2id failed");
        self->count++;
    }
    return NULL;
}

static double argon2id_rate(int threads, double seconds) {
    if (threads < 1 || threads > 256) fail("between 1 and 256 threads");
    struct hasher hashers[256];
    pthread_t ids[256];
    double start = now();
    for (int index = 0; index < threads; index++) {
        hashers[index] = (struct hasher){.until = start + seconds, .count = 0};
        if (pthread_create(&ids[index], NULL, hash_until, &hashers[index]) != 0) fail("no thread");
    }
    long count = 0;
    for (int index = 0; index < threads; index++) {
        pthread_join(ids[index], NULL);
        count += hashers[index].count;
    }
    return (double)count / (now() - start);
}

static sqlite3 *database;

static void run(const char *sql) {
    char *message = NULL;
    if (sqlite3_exec(database, sql, NULL, NULL, &message) != SQLITE_OK) fail(message ? message : sql);
}

static sqlite3_stmt *prepared(const char *sql) {
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v3(database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL) != SQLITE_OK)
        fail(sqlite3_errmsg(database));
    return statement;
}

static int step(sqlite3_stmt *statement) {
    int status = sqlite3_step(statement);
    if (status != SQLITE_ROW && status != SQLITE_DONE) fail(sqlite3_errmsg(database));
    sqlite3_reset(statement);
    return status;
}

static void text(sqlite3_stmt *statement, int index, const char *value) {
    sqlite3_bind_text(statement, index, value, -1, SQLITE_STATIC);
}

static void open_fresh(const char *directory) {
    char path[4096];
    snprintf(path, sizeof path, "%s/bookings.probe", directory);
    remove(path);
    if (sqlite3_open(path, &database) != SQLITE_OK) fail("cannot open the database");
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA synchronous = FULL");
    run("PRAGMA foreign_keys = ON");
}

static char *contents(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) fail("cannot read the schema");
    char *bytes = calloc(1, 1 << 20);
    if (!bytes || fread(bytes, 1, (1 << 20) - 1, file) == 0) fail("the schema is empty");
    fclose(file);
    return bytes;
}

/* The hold of Sources/Booking, row for row in the product's own tables, by a program that does nothing else and
 * commits each by itself: what one writer without a server and without shared commits can do. */
static double hold_rate(const char *directory, double seconds, int cells, const char *schema) {
    open_fresh(directory);
    run(contents(schema));
    sqlite3_stmt *fill = prepared(
        "INSERT INTO booking_cell (group_id, start_at_ms, end_at_ms, day, open, places, cap, web_cap, mobile_cap, hall_cap)"
        " VALUES ('jinan-24h/self-service', ?1, ?1 + 600000, '2026-11-24', TRUE, 10000000, 10000000, 10000000, 0, 0)");
    run("BEGIN");
    for (int index = 0; index < cells; index++) {
        sqlite3_bind_int64(fill, 1, 1795000000000 + index * 600000LL);
        step(fill);
    }
    run("COMMIT");
    sqlite3_stmt *begin = prepared("BEGIN IMMEDIATE");
    sqlite3_stmt *claim = prepared(
        "UPDATE booking_cell SET used = used + 1, web_used = web_used + ?4, mobile_used = mobile_used + ?5,"
        " hall_used = hall_used + ?6 WHERE group_id = ?1 AND start_at_ms = ?2 AND end_at_ms = ?3 AND open = TRUE"
        " AND used + 1 <= cap - over_by AND web_used + ?4 <= web_cap AND mobile_used + ?5 <= mobile_cap"
        " AND hall_used + ?6 <= hall_cap");
    sqlite3_stmt *limit = prepared(
        "INSERT INTO booking_person_limit (person, kind, period, used, cap)"
        " VALUES (?1, 'active', '', 1, ?2), (?1, 'itemDay', ?3, 1, ?4) ON CONFLICT (person, kind, period) DO UPDATE"
        " SET used = booking_person_limit.used + 1, cap = excluded.cap WHERE booking_person_limit.used < excluded.cap");
    sqlite3_stmt *reservation = prepared(
        "INSERT INTO booking_reservation (id, person, client_id, origin, hall, group_id, items, mandate, state, ver,"
        " revision, code, slot_start_at_ms, slot_end_at_ms, hold_expires_at_ms, created_at_ms, updated_at_ms)"
        " VALUES (?1, ?2, 'bench', 'web', 'jinan-24h', 'jinan-24h/self-service', 'item', NULL, 'held', 1, 0, ?3, ?4, ?5,"
        " ?6, ?6, ?6)");
    sqlite3_stmt *taken = prepared(
        "INSERT INTO booking_claim (reservation_id, group_id, channel, units, start_at_ms)"
        " VALUES (?1, 'jinan-24h/self-service', 'web', 1, ?2)");
    sqlite3_stmt *event = prepared(
        "INSERT INTO booking_event_intake (id, hall, kind, subject, detail, at_ms)"
        " VALUES (?1, 'jinan-24h', 'reservation.held', ?2,"
        " '{\"group\":\"jinan-24h/self-service\",\"start\":1795000000000,\"end\":1795000600000,\"origin\":\"web\"}', ?3)");
    sqlite3_stmt *repeat = prepared(
        "INSERT INTO booking_idempotency (principal, route, request_key, request_hash, status, answer, created_at_ms)"
        " VALUES (?1, 'reservations', ?2, 'ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0', 201,"
        " '{\"id\":\"0193a5c0-0000-7000-8000-000000000000\",\"origin\":\"web\",\"hall\":\"jinan-24h\",\"group\":"
        "\"jinan-24h/self-service\",\"items\":[\"item\"],\"state\":\"held\",\"version\":1,\"revision\":0,\"code\":"
        "\"1234567890\",\"start\":1795000000000,\"end\":1795000600000,\"expiresAt\":1795000600000}', ?3)");
    sqlite3_stmt *commit = prepared("COMMIT");
    long count = 0;
    double start = now(), end = start;
    for (; end - start < seconds; count++, end = now()) {
        char id[64], event_id[64], person[64], code[32], key[64];
        long long cell = 1795000000000 + (long long)((unsigned long)count * 2654435761u % (unsigned long)cells) * 600000;
        snprintf(id, sizeof id, "0193a5c0-0000-7000-8000-%012lx", count);
        snprintf(event_id, sizeof event_id, "0193a5c0-0000-7000-8001-%012lx", count);
        snprintf(person, sizeof person, "0193a5c0-0000-7000-9000-%012lx", count % 5000);
        snprintf(code, sizeof code, "%010lu", (unsigned long)count * 2654435761u % 10000000000u);
        snprintf(key, sizeof key, "bench-%ld", count);
        step(begin);
        text(claim, 1, "jinan-24h/self-service");
        sqlite3_bind_int64(claim, 2, cell);
        sqlite3_bind_int64(claim, 3, cell + 600000);
        sqlite3_bind_int(claim, 4, 1);
        sqlite3_bind_int(claim, 5, 0);
        sqlite3_bind_int(claim, 6, 0);
        step(claim);
        if (sqlite3_changes(database) != 1) fail("no place left");
        text(limit, 1, person);
        sqlite3_bind_int(limit, 2, 1000000);
        text(limit, 3, "2026-11-24/item");
        sqlite3_bind_int(limit, 4, 1000000);
        step(limit);
        text(reservation, 1, id);
        text(reservation, 2, person);
        text(reservation, 3, code);
        sqlite3_bind_int64(reservation, 4, cell);
        sqlite3_bind_int64(reservation, 5, cell + 600000);
        sqlite3_bind_int64(reservation, 6, 1795000000000 + count);
        step(reservation);
        text(taken, 1, id);
        sqlite3_bind_int64(taken, 2, cell);
        step(taken);
        text(event, 1, event_id);
        text(event, 2, id);
        sqlite3_bind_int64(event, 3, 1795000000000 + count);
        step(event);
        text(repeat, 1, person);
        text(repeat, 2, key);
        sqlite3_bind_int64(repeat, 3, 1795000000000 + count);
        step(repeat);
        step(commit);
    }
    return (double)count / (end - start);
}

/* The bare minimum of a booking: take a place if there is one, note who has it. No server, no outbox, no journal. */
static double thin_rate(const char *directory, double seconds, int cells) {
    open_fresh(directory);
    run("CREATE TABLE cell (id INTEGER PRIMARY KEY, used INTEGER NOT NULL, cap INTEGER NOT NULL, CHECK (0 <= used AND used <= cap))");
    run("CREATE TABLE reservation (id TEXT PRIMARY KEY, person TEXT NOT NULL, cell INTEGER NOT NULL, code TEXT NOT NULL UNIQUE)");
    sqlite3_stmt *fill = prepared("INSERT INTO cell VALUES (?1, 0, 1000000000)");
    run("BEGIN");
    for (int index = 0; index < cells; index++) {
        sqlite3_bind_int(fill, 1, index);
        step(fill);
    }
    run("COMMIT");
    sqlite3_stmt *begin = prepared("BEGIN IMMEDIATE");
    sqlite3_stmt *claim = prepared("UPDATE cell SET used = used + 1 WHERE id = ?1 AND used < cap RETURNING used");
    sqlite3_stmt *note = prepared("INSERT INTO reservation VALUES (?1, ?2, ?3, ?4)");
    sqlite3_stmt *commit = prepared("COMMIT");
    long count = 0;
    double start = now(), end = start;
    for (; end - start < seconds; count++, end = now()) {
        char id[64], person[64], code[32];
        int cell = (int)((unsigned long)count * 2654435761u % (unsigned long)cells);
        snprintf(id, sizeof id, "0193a5c0-0000-7000-8000-%012lx", count);
        snprintf(person, sizeof person, "0193a5c0-0000-7000-9000-%012lx", count % 5000);
        snprintf(code, sizeof code, "%010ld", count);
        step(begin);
        sqlite3_bind_int(claim, 1, cell);
        if (step(claim) != SQLITE_ROW) fail("no place left");
        sqlite3_bind_text(note, 1, id, -1, SQLITE_STATIC);
        sqlite3_bind_text(note, 2, person, -1, SQLITE_STATIC);
        sqlite3_bind_int(note, 3, cell);
        sqlite3_bind_text(note, 4, code, -1, SQLITE_STATIC);
        step(note);
        step(commit);
    }
    return (double)count / (end - start);
}

int main(int count, char **arguments) {
    double rate;
    if (count == 4 && strcmp(arguments[1], "fdatasync") == 0) {
        rate = fdatasync_rate(arguments[2], atof(arguments[3]));
    } else if (count == 4 && strcmp(arguments[1], "argon2id") == 0) {
        rate = argon2id_rate(atoi(arguments[2]), atof(arguments[3]));
    } else if (count == 6 && strcmp(arguments[1], "bookings") == 0 && atoi(arguments[4]) > 0) {
        rate = hold_rate(arguments[2], atof(arguments[3]), atoi(arguments[4]), arguments[5]);
    } else if (count == 5 && strcmp(arguments[1], "bookings-thin") == 0 && atoi(arguments[4]) > 0) {
        rate = thin_rate(arguments[2], atof(arguments[3]), atoi(arguments[4]));
    } else {
        fprintf(stderr, "usage: limits fdatasync DIR SECONDS | argon2id THREADS SECONDS | bookings DIR SECONDS CELLS SCHEMA"
                        " | bookings-thin DIR SECONDS CELLS\n");
        return 64;
    }
    printf("%.1f\n", rate);
    return 0;
}
