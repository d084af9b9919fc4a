/* Recording clients and replaying clients, end to end: on the network that is none, and on directories. */
#include <hvctl/fixture.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "driver_client.h"
#include "fixture/redact.h"
#include "support/fixture.h"
#include "transport/fixture_dir.h"
#include "transport/record.h"
#include "transport/replay.h"

#define GUID1   "0A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001"
#define SYSTEMS NET_ITEMS(NET_INSTANCE("Msvm_ComputerSystem", "<p:ElementName>app01</p:ElementName><p:Name>" GUID1 "</p:Name>"))

/* A directory of this test's own, removed at the end. */
struct place {
    char top[64];
    char dir[80];
};

static void place_begin(struct place *place) {
    memcpy(place->top, "/tmp/hvctl-fixture-XXXXXX", 26);
    assert_non_null(mkdtemp(place->top));
    (void)snprintf(place->dir, sizeof(place->dir), "%s/f", place->top);
}

static void remove_files(const char *path) {
    DIR *dir = opendir(path);
    const struct dirent *entry;

    while (dir && (entry = readdir(dir)) != NULL)
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        (void)closedir(dir);
    (void)rmdir(path);
}

static void place_end(struct place *place) {
    remove_files(place->dir);
    remove_files(place->top);
}

static size_t count_files(const char *path) {
    DIR *dir = opendir(path);
    const struct dirent *entry;
    size_t n = 0;

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL)
        n += entry->d_name[0] != '.';
    (void)closedir(dir);
    return n;
}

/* A recording client on the net. */
static void record_begin(struct fixture *f, const struct place *place, bool keep_names, net_serve_fn *serve, void *context) {
    struct hv_redactor *redactor = NULL;
    struct hv_transport *recorder = NULL;
    struct hv_record_setup setup = { .directory = place->dir, .tool = "test", .recorded = "2026-01-01T00:00:00Z" };

    net_init(&f->net, serve, context);
    setup.now = f->net.platform.now;
    setup.context = f->net.platform.context;
    setup.command = "hvctl vm show app01 --host hv01";
    if (!keep_names)
        assert_int_equal(hv_redactor_new(&redactor, NULL), 0);
    assert_int_equal(hv_record_new(&f->net.transport, redactor, &setup, &recorder, NULL), 0);
    assert_int_equal(hv_client_new_on(NULL, recorder, &f->net.platform, &f->client, NULL), 0);
    f->client->recorder = recorder;
    f->hv01 = fixture_host(f->client, "hv01");
    f->hv02 = fixture_host(f->client, "hv02");
}

struct replay {
    struct hv_client *client;
    struct hv_host *host;
};

static void replay_begin(struct replay *replay, const struct place *place, const char *host) {
    const struct hv_replay_options options = { .directory = place->dir };
    const struct hv_host_options named = { .address = host };
    struct hv_error err = { 0 };

    if (hv_client_new_replaying(NULL, &options, &replay->client, &err) < 0)
        fail_msg("%s", err.message);
    assert_int_equal(hv_client_add_host(replay->client, &named, &replay->host, NULL), 0);
}

/* What identify ends in. */
static int replay_identify(struct replay *replay, struct hv_error *err) {
    struct hv_task *task = task_identify();
    const struct hv_error *error = NULL;
    int r;

    assert_int_equal(hv_client_start(replay->client, task, replay->host, NULL, NULL), 0);
    r = hv_client_run(replay->client, err);
    if (r == 0) {
        r = hv_task_result(task, &error);
        if (r < 0)
            *err = *error;
    }
    (void)hv_task_free(task);
    return r;
}

static struct net_reply serve_systems(struct net *net, const struct net_sent *sent, size_t index) {
    (void)net;
    (void)index;
    if (strstr(sent->bytes, "Identify"))
        return (struct net_reply){ .status = 200, .body = NET_IDENTITY, .delay_ms = 40ULL * 60 * 1000 };
    return (struct net_reply){ .status = 200, .body = SYSTEMS, .delay_ms = 20 };
}

static void record_identify(struct place *place, bool keep_names, net_serve_fn *serve, void *context) {
    struct fixture f;
    struct hv_task *task;

    record_begin(&f, place, keep_names, serve, context);
    task = fixture_start(&f, f.hv01, task_identify());
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(hv_client_fixture_end(f.client, NULL), 0);
    (void)hv_task_free(task);
    fixture_end(&f);
}

static void a_recording_replays_without_host_and_time(void **state) {
    struct place place;
    struct replay replay;
    struct hv_error err = { 0 };

    (void)state;
    place_begin(&place);
    record_identify(&place, false, serve_systems, NULL);
    replay_begin(&replay, &place, "host-1");
    assert_int_equal(replay_identify(&replay, &err), 0);
    assert_true(hv_client_now_ms(replay.client) >= 40ULL * 60 * 1000);
    assert_int_equal(hv_client_fixture_end(replay.client, &err), 0);
    (void)hv_client_free(replay.client);
    place_end(&place);
}

static void recordings_that_are_left_are_told(void **state) {
    struct place place;
    struct replay replay;
    struct hv_error err = { 0 };

    (void)state;
    place_begin(&place);
    record_identify(&place, false, serve_systems, NULL);
    replay_begin(&replay, &place, "host-1");
    assert_int_equal(hv_client_fixture_end(replay.client, &err), HV_E_FIXTURE);
    assert_non_null(strstr(err.cause, "exchange 1 (Identify to host-1)"));
    (void)hv_client_free(replay.client);
    place_end(&place);
}

static void another_host_ends_the_run_with_fixture(void **state) {
    struct place place;
    struct replay replay;
    struct hv_error err = { 0 };

    (void)state;
    place_begin(&place);
    record_identify(&place, false, serve_systems, NULL);
    replay_begin(&replay, &place, "hv01");
    assert_int_equal(replay_identify(&replay, &err), HV_E_FIXTURE);
    assert_non_null(strstr(err.message, "has no request to hv01"));
    (void)hv_client_free(replay.client);
    place_end(&place);
}

static struct net_reply serve_refusal(struct net *net, const struct net_sent *sent, size_t index) {
    (void)net;
    (void)sent;
    (void)index;
    return (struct net_reply){ .code = HV_E_UNREACHABLE };
}

static void failures_are_replayed_as_such(void **state) {
    struct place place;
    struct replay replay;
    struct hv_error err = { 0 };

    (void)state;
    place_begin(&place);
    record_identify(&place, false, serve_refusal, NULL);
    replay_begin(&replay, &place, "host-1");
    assert_int_equal(replay_identify(&replay, &err), HV_E_UNREACHABLE);
    assert_non_null(strstr(err.message, "the net broke"));
    (void)hv_client_free(replay.client);
    place_end(&place);
}

static struct net_reply serve_redirect(struct net *net, const struct net_sent *sent, size_t index) {
    (void)net;
    (void)sent;
    (void)index;
    return (struct net_reply){ .status = 302, .body = "", .location = "https://node7.corp.example:8443/login" };
}

static void where_a_redirect_leads_is_told_again(void **state) {
    (void)state;
    for (int keeps = 0; keeps < 2; keeps++) {
        struct place place;
        struct replay replay;
        struct hv_error err = { 0 };

        place_begin(&place);
        record_identify(&place, keeps, serve_redirect, NULL);
        replay_begin(&replay, &place, keeps ? "hv01" : "host-1");
        assert_int_equal(replay_identify(&replay, &err), HV_E_PROTOCOL);
        assert_non_null(
            strstr(err.cause, keeps ? "https://node7.corp.example:8443/login" : "https://host-3.domain-1.example/login"));
        (void)hv_client_free(replay.client);
        place_end(&place);
    }
}

static void names_are_kept_when_asked(void **state) {
    struct place place;
    struct replay replay;
    struct hv_error err = { 0 };

    (void)state;
    place_begin(&place);
    record_identify(&place, true, serve_systems, NULL);
    replay_begin(&replay, &place, "hv01");
    assert_int_equal(replay_identify(&replay, &err), 0);
    (void)hv_client_free(replay.client);
    place_end(&place);
}

static void nothing_real_is_written(void **state) {
    struct place place;
    struct fixture f;
    struct hv_task *task;
    struct hv_fixture *fixture = NULL;

    (void)state;
    place_begin(&place);
    record_begin(&f, &place, false, serve_systems, NULL);
    assert_int_equal(hv_client_record_name(f.client, HV_NAME_VM, "app01", NULL), 0);
    task = fixture_start(&f, f.hv01, task_enumerate(ignore_item, NULL));
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    (void)hv_task_free(task);
    fixture_end(&f);
    assert_int_equal(hv_fixture_open(place.dir, &fixture, NULL), 0);
    assert_true(hv_fixture_header(fixture)->is_closed);
    assert_string_equal(hv_fixture_header(fixture)->command, "hvctl vm show vm-1 --host host-1");
    assert_int_equal(hv_fixture_n_exchanges(fixture), 1);
    assert_string_equal(hv_fixture_exchange(fixture, 0)->host, "host-1");
    assert_null(strstr(hv_fixture_exchange(fixture, 0)->response, "app01"));
    assert_null(strstr(hv_fixture_exchange(fixture, 0)->response, GUID1));
    assert_null(strstr(hv_fixture_exchange(fixture, 0)->request, "hv01"));
    assert_int_equal(hv_fixture_verify(fixture, NULL, NULL, NULL, NULL), 0);
    assert_int_equal(hv_fixture_diff(fixture, fixture, NULL, NULL, NULL), 0);
    (void)hv_fixture_free(fixture);
    place_end(&place);
}

#define LATE                                                                                                                     \
    NET_ITEMS(NET_INSTANCE("Msvm_Thing", "<p:Text>app01 at host-1, https://hv01/wsman, NODE7 of corp.local: hv02.corp.local"     \
                                         "</p:Text>"))
#define OWN NET_ITEMS(NET_INSTANCE("Msvm_Thing", "<p:SystemName>NODE7</p:SystemName><p:Text>http://hv02/</p:Text>"))

static struct net_reply serve_late(struct net *net, const struct net_sent *sent, size_t index) {
    (void)net;
    (void)sent;
    return (struct net_reply){ .status = 200, .body = index == 0 ? LATE : index == 1 ? SYSTEMS : OWN, .delay_ms = 20 };
}

static void names_learnt_late_are_replaced_in_what_was_before(void **state) {
    struct place place;
    struct fixture f;
    struct hv_task *task;
    struct hv_fixture *fixture = NULL;

    (void)state;
    place_begin(&place);
    record_begin(&f, &place, false, serve_late, NULL);
    for (int i = 0; i < 3; i++) {
        task = fixture_start(&f, f.hv01, task_enumerate(ignore_item, NULL));
        assert_int_equal(hv_client_run(f.client, NULL), 0);
        (void)hv_task_free(task);
    }
    fixture_end(&f);
    assert_int_equal(hv_fixture_open(place.dir, &fixture, NULL), 0);
    assert_string_equal(hv_fixture_exchange(fixture, 0)->host, "host-1");
    assert_non_null(strstr(hv_fixture_exchange(fixture, 0)->response, "vm-1 at host-1, https://host-1/wsman, host-1 of "
                                                                      "domain-1.example: host-2.domain-1.example"));
    (void)hv_fixture_free(fixture);
    place_end(&place);
}

/* Stops after the first of two answers, with the second request under way: as if the process had died. */
static void a_crash_leaves_a_shorter_fixture(void **state) {
    struct place place;
    struct fixture f;
    struct hv_task *quick;
    struct hv_task *slow;
    struct hv_fixture *fixture = NULL;

    (void)state;
    place_begin(&place);
    record_begin(&f, &place, false, serve_systems, NULL);
    quick = fixture_start(&f, f.hv02, task_enumerate(ignore_item, NULL));
    slow = fixture_start(&f, f.hv01, task_identify());
    while (!hv_task_is_done(quick))
        assert_int_equal(hv_client_turn(f.client, 1000, NULL), 1);
    assert_int_equal(hv_client_turn(f.client, 0, NULL), 1); /* time to write */
    assert_int_equal(hv_fixture_open(place.dir, &fixture, NULL), 0);
    assert_false(hv_fixture_header(fixture)->is_closed);
    assert_int_equal(hv_fixture_n_exchanges(fixture), 1);
    (void)hv_fixture_free(fixture);
    (void)hv_task_free(quick);
    (void)hv_task_free(slow);
    fixture_end(&f);
    place_end(&place);
}

static void trouble_with_the_directory_does_not_disturb_the_work(void **state) {
    struct place place;
    struct fixture f;
    struct hv_task *task;
    struct hv_error err = { 0 };

    (void)state;
    place_begin(&place);
    record_begin(&f, &place, false, serve_systems, NULL);
    remove_files(place.dir);
    task = fixture_start(&f, f.hv01, task_identify());
    assert_int_equal(hv_client_run(f.client, NULL), 0);
    assert_int_equal(hv_task_result(task, NULL), 0);
    assert_int_equal(hv_client_fixture_end(f.client, &err), HV_E_FIXTURE);
    assert_non_null(strstr(err.message, "its recording is not complete"));
    (void)hv_task_free(task);
    fixture_end(&f);
    place_end(&place);
}

static void a_directory_in_use_is_refused(void **state) {
    struct place place;
    const struct hv_record_options record = { .directory = place.dir };
    struct hv_client *client = NULL;
    struct hv_error err = { 0 };

    (void)state;
    place_begin(&place);
    record_identify(&place, false, serve_systems, NULL);
    assert_int_equal(hv_process_init(NULL), 0);
    assert_int_equal(hv_client_new_recording(NULL, &record, &client, &err), HV_E_FIXTURE);
    assert_non_null(strstr(err.message, "is in use"));
    assert_int_equal(count_files(place.dir), 4);
    place_end(&place);
}

static int rename_in(const struct place *place, const char *from, const char *to) {
    int fd = open(place->dir, O_RDONLY | O_DIRECTORY);
    int r = to ? renameat(fd, from, fd, to) : unlinkat(fd, from, 0);

    (void)close(fd);
    return r;
}

static void check_damage(const char *from, const char *to, const char *message) {
    struct place place;
    struct hv_fixture *fixture = NULL;
    struct hv_error err = { 0 };

    place_begin(&place);
    record_identify(&place, false, serve_systems, NULL);
    assert_int_equal(rename_in(&place, from, to), 0);
    assert_int_equal(hv_fixture_open(place.dir, &fixture, &err), HV_E_FIXTURE);
    if (!strstr(err.message, message))
        fail_msg("\"%s\" instead of \"%s\"", err.message, message);
    place_end(&place);
}

static void missing_and_renamed_files_are_told(void **state) {
    (void)state;
    check_damage("fixture.meta", NULL, "is no fixture of hvctl: fixture.meta is missing");
    check_damage("001.meta", NULL, "fixture.meta:7: \"exchanges: 1\", but 0 were found");
    check_damage("001.request.xml", NULL, "001.request.xml cannot be read: it is not there");
    check_damage("001.response.xml", NULL, "001.response.xml cannot be read: it is not there");
    check_damage("001.meta", "002.meta", "002.meta:1: this file is of exchange 1");
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_recording_replays_without_host_and_time),
        cmocka_unit_test(recordings_that_are_left_are_told),
        cmocka_unit_test(another_host_ends_the_run_with_fixture),
        cmocka_unit_test(failures_are_replayed_as_such),
        cmocka_unit_test(where_a_redirect_leads_is_told_again),
        cmocka_unit_test(names_are_kept_when_asked),
        cmocka_unit_test(nothing_real_is_written),
        cmocka_unit_test(names_learnt_late_are_replaced_in_what_was_before),
        cmocka_unit_test(a_crash_leaves_a_shorter_fixture),
        cmocka_unit_test(trouble_with_the_directory_does_not_disturb_the_work),
        cmocka_unit_test(a_directory_in_use_is_refused),
        cmocka_unit_test(missing_and_renamed_files_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
