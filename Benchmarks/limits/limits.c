/* What this machine can do without a server around it: the limits that `Benchmarks/run` sets figures against.
 *
 *   limits fdatasync DIR SECONDS         4 KiB appended and made durable, one at a time: per second
 *   limits argon2id THREADS SECONDS      Argon2id of 19 MiB in two passes on every thread: per second
 *   limits bookings DIR SECONDS CELLS    one guarded booking a commit, SQLite, WAL, synchronous=FULL: per second
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

/* The bare minimum of a booking: take a place if there is one, note who has it. No server, no outbox, no journal. */
static double booking_rate(const char *directory, double seconds, int cells) {
    char path[4096];
    snprintf(path, sizeof path, "%s/bookings.probe", directory);
    remove(path);
    if (sqlite3_open(path, &database) != SQLITE_OK) fail("cannot open the database");
    run("PRAGMA journal_mode = WAL");
    run("PRAGMA synchronous = FULL");
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
    } else if (count == 5 && strcmp(arguments[1], "bookings") == 0 && atoi(arguments[4]) > 0) {
        rate = booking_rate(arguments[2], atof(arguments[3]), atoi(arguments[4]));
    } else {
        fprintf(stderr, "usage: limits fdatasync DIR SECONDS | argon2id THREADS SECONDS | bookings DIR SECONDS CELLS\n");
        return 64;
    }
    printf("%.1f\n", rate);
    return 0;
}
