/* Clients that record and clients that replay (hvctl/fixture.h), and reading fixtures. */
#include <fcntl.h>
#include <hvctl/fixture.h>
#include <stdio.h>
#include <time.h>

#include "base/error.h"
#include "driver/client.h"
#include "fixture/differ.h"
#include "fixture/leftover.h"
#include "fixture/rules.h"
#include "transport/curl.h"
#include "transport/fixture_dir.h"
#include "transport/record.h"
#include "transport/replay.h"
#include "transport/version.h"

enum { DATE_SIZE = 32 };

/* ---- recording ---- */

static void format_date(char date[DATE_SIZE]) {
    time_t now = time(NULL);
    struct tm utc = { 0 };

    if (!gmtime_r(&now, &utc) || strftime(date, DATE_SIZE, "%Y-%m-%dT%H:%M:%SZ", &utc) == 0)
        (void)snprintf(date, DATE_SIZE, "1970-01-01T00:00:00Z");
}

static int read_rules(const char *path, struct hv_redactor *redactor, struct hv_error *err) {
    HV_CLEANUP_FREE char *text = NULL;
    size_t n = 0;
    int r;

    if (!path)
        return 0;
    r = hv_fixture_file_read(AT_FDCWD, path, path, &text, &n, err);
    return r < 0 ? r : hv_rules_read(path, text, n, redactor, err);
}

static int make_redactor(const struct hv_record_options *record, struct hv_redactor **ret_redactor, struct hv_error *err) {
    HV_CLEANUP(hv_redactor_free) struct hv_redactor *redactor = NULL;
    int r;

    if (record->keep_names)
        return 0;
    r = hv_redactor_new(&redactor, err);
    if (r == 0)
        r = read_rules(record->rules, redactor, err);
    if (r < 0)
        return r;
    *ret_redactor = redactor;
    redactor = NULL;
    return 0;
}

int hv_client_new_recording(const struct hv_client_options *options, const struct hv_record_options *record,
                            struct hv_client **ret_client, struct hv_error *err) {
    HV_CLEANUP(hv_redactor_free) struct hv_redactor *redactor = NULL;
    char date[DATE_SIZE];
    const struct hv_record_setup setup = {
        .directory = record->directory,
        .tool = "hvctl " HV_VERSION,
        .recorded = date,
        .command = record->command,
        .now = hv_platform_real.now,
    };
    struct hv_transport *inner = NULL;
    struct hv_transport *recorder = NULL;
    uint64_t connect_ms = options ? options->connect_timeout_ms : 0;
    int r = make_redactor(record, &redactor, err);

    format_date(date);
    if (r == 0)
        r = hv_curl_new(connect_ms ? connect_ms : HV_CONNECT_TIMEOUT_MS, &inner, err);
    if (r < 0)
        return r;
    r = hv_record_new(inner, redactor, &setup, &recorder, err);
    redactor = NULL;
    if (r == 0)
        r = hv_client_new_on(options, recorder, &hv_platform_real, ret_client, err);
    if (r == 0)
        (*ret_client)->recorder = recorder;
    return r;
}

int hv_client_record_name(struct hv_client *client, enum hv_name_kind kind, const char *name, struct hv_error *err) {
    struct hv_redactor *redactor = client->recorder ? hv_record_redactor(client->recorder) : NULL;

    return redactor ? hv_redactor_add(redactor, kind, name, err) : 0;
}

void hv_client_record_stop(struct hv_client *client, enum hv_stop stop) {
    if (client->recorder)
        hv_record_stop(client->recorder, (int)stop);
}

/* ---- replaying ---- */

static uint64_t replay_now(void *context) {
    return hv_replay_now(context);
}

static int replay_wait(void *context, struct hv_transport *transport, uint64_t until_ms, uint64_t max_ms, struct hv_error *err) {
    (void)context;
    return hv_replay_wait(transport, until_ms, max_ms, err);
}

static bool replay_random(void *context, void *bytes, size_t n_bytes) {
    hv_replay_random(context, bytes, n_bytes);
    return true;
}

int hv_client_new_replaying(const struct hv_client_options *options, const struct hv_replay_options *replay,
                            struct hv_client **ret_client, struct hv_error *err) {
    struct hv_fixture *fixture = NULL;
    struct hv_transport *player = NULL;
    struct hv_platform platform = { .now = replay_now, .wait = replay_wait, .random = replay_random };
    int r = hv_fixture_dir_read(replay->directory, &fixture, err);

    if (r == 0)
        r = hv_replay_new(fixture, replay, &player, err);
    if (r < 0)
        return r;
    platform.context = player;
    r = hv_client_new_on(options, player, &platform, ret_client, err);
    if (r == 0)
        (*ret_client)->player = player;
    return r;
}

enum hv_stop hv_client_replay_stop(const struct hv_client *client) {
    return client->player ? (enum hv_stop)hv_replay_stop(client->player) : HV_STOP_NONE;
}

int hv_client_fixture_end(struct hv_client *client, struct hv_error *err) {
    if (client->recorder)
        return hv_record_finish(client->recorder, err);
    return client->player ? hv_replay_finish(client->player, err) : 0;
}

/* ---- looking ---- */

int hv_fixture_open(const char *directory, struct hv_fixture **ret_fixture, struct hv_error *err) {
    return hv_fixture_dir_read(directory, ret_fixture, err);
}

int hv_fixture_verify(const struct hv_fixture *fixture, const char *rules, hv_finding_fn *fn, void *context,
                      struct hv_error *err) {
    HV_CLEANUP(hv_redactor_free) struct hv_redactor *redactor = NULL;
    int r = hv_redactor_new(&redactor, err);

    if (r == 0)
        r = read_rules(rules, redactor, err);
    return r < 0 ? r : hv_leftover_find(fixture, redactor, fn, context, err);
}

int hv_fixture_diff(const struct hv_fixture *a, const struct hv_fixture *b, hv_difference_fn *fn, void *context,
                    struct hv_error *err) {
    return hv_differ_run(a, b, fn, context, err);
}
