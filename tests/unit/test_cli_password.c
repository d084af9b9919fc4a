/* Passwords from files, descriptors and the environment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <stdio.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/secret.h"
#include "base/size.h"
#include "cli/password.h"

/* Leaves the process as the sanitizers need it. */
static int let_go(void **state) {
    (void)state;
    hv_password_guard(false);
    return 0;
}

static void write_file(char path[], const char *bytes, size_t n_bytes, mode_t mode) {
    int fd = mkstemp(path);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, n_bytes), (ssize_t)n_bytes);
    assert_int_equal(fchmod(fd, mode), 0);
    assert_int_equal(close(fd), 0);
}

static int read_back(const char *bytes, size_t n_bytes, mode_t mode, struct hv_secret **ret_password, struct hv_error *err) {
    char path[] = "/tmp/hvctl-test-XXXXXX";
    int rc;

    write_file(path, bytes, n_bytes, mode);
    rc = hv_password_read_file(path, ret_password, err);
    (void)unlink(path);
    return rc;
}

static void the_first_line_is_the_password(void **state) {
    static const struct {
        const char *file;
        const char *password;
    } rows[] = {
        { "secret", "secret" }, { "secret\n", "secret" },       { "secret\r\n", "secret" },
        { "a b ", "a b " },     { "first\nsecond\n", "first" }, { "p\xC3\xA4ss", "p\xC3\xA4ss" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_secret *password = NULL;
        assert_int_equal(read_back(rows[i].file, strlen(rows[i].file), 0600, &password, NULL), 0);
        assert_string_equal(hv_secret_text(password), rows[i].password);
        (void)hv_secret_end(password);
    }
}

static void a_file_that_others_can_read_is_refused(void **state) {
    static const mode_t modes[] = { 0640, 0604, 0644 };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(modes); i++) {
        struct hv_error err = { 0 };
        struct hv_secret *password = NULL;

        assert_int_equal(read_back("secret", 6, modes[i], &password, &err), HV_E_ARGUMENT);
        assert_null(password);
        assert_non_null(strstr(err.message, "others can read it"));
        assert_non_null(strstr(err.remedy, "chmod 600 /tmp/hvctl-test-"));
    }
}

static void nothing_useful_is_an_error_without_the_bytes(void **state) {
    static const char long_line[HV_PASSWORD_MAX + 1] = { [0 ... HV_PASSWORD_MAX] = 'x' };
    static const struct {
        const char *bytes;
        size_t n;
        const char *message;
    } rows[] = {
        { "", 0, "no password" },
        { "\nsecret", 7, "no password" },
        { "se\0cret", 7, "NUL" },
        { long_line, sizeof(long_line), "longer than" },
    };
    (void)state;

    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        struct hv_error err = { 0 };
        struct hv_secret *password = NULL;

        assert_int_equal(read_back(rows[i].bytes, rows[i].n, 0600, &password, &err), HV_E_ARGUMENT);
        assert_null(password);
        assert_non_null(strstr(err.message, rows[i].message));
        assert_null(strstr(err.message, "cret"));
    }
}

static void the_longest_password_is_taken(void **state) {
    char line[HV_PASSWORD_MAX + 1];
    struct hv_secret *password = NULL;
    (void)state;

    memset(line, 'x', sizeof(line));
    line[HV_PASSWORD_MAX] = '\n';
    assert_int_equal(read_back(line, sizeof(line), 0600, &password, NULL), 0);
    assert_int_equal(hv_secret_length(password), HV_PASSWORD_MAX);
    (void)hv_secret_end(password);
}

static void a_file_that_is_missing_is_named(void **state) {
    struct hv_error err = { 0 };
    struct hv_secret *password = NULL;
    (void)state;

    assert_int_equal(hv_password_read_file("/nonexistent/pw", &password, &err), HV_E_ARGUMENT);
    assert_non_null(strstr(err.message, "/nonexistent/pw"));
    assert_int_equal(hv_password_read_file("/", &password, &err), HV_E_ARGUMENT);
    assert_null(password);
}

static void a_pipe_is_read_to_its_end(void **state) {
    int fds[2];
    struct hv_secret *password = NULL;
    (void)state;

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], "sec", 3), 3);
    assert_int_equal(write(fds[1], "ret\n", 4), 4);
    assert_int_equal(close(fds[1]), 0);
    assert_int_equal(hv_password_read_fd(fds[0], "--password-fd", &password, NULL), 0);
    assert_string_equal(hv_secret_text(password), "secret");
    (void)hv_secret_end(password);
    assert_int_equal(close(fds[0]), 0);
    password = NULL;
    assert_int_equal(hv_password_read_fd(fds[0], "--password-fd", &password, NULL), HV_E_ARGUMENT);
    assert_null(password);
}

static void the_environment_forgets_it(void **state) {
    struct hv_secret *password = NULL;
    const char *memory;
    (void)state;

    assert_int_equal(setenv("HVCTL_TEST_PASSWORD", "secret", 1), 0);
    memory = getenv("HVCTL_TEST_PASSWORD");
    assert_int_equal(hv_password_take_environment("HVCTL_TEST_PASSWORD", &password, NULL), 0);
    assert_string_equal(hv_secret_text(password), "secret");
    assert_null(getenv("HVCTL_TEST_PASSWORD"));
    assert_int_equal(memory[0], '\0');
    (void)hv_secret_end(password);
    password = NULL;
    assert_int_equal(hv_password_take_environment("HVCTL_TEST_PASSWORD", &password, NULL), 0);
    assert_null(password);
}

static void nothing_is_dumped_while_a_password_is_held(void **state) {
    struct rlimit before;
    struct rlimit held;
    struct rlimit after;
    struct hv_secret *password = NULL;
    (void)state;

    assert_int_equal(getrlimit(RLIMIT_CORE, &before), 0);
    assert_int_equal(read_back("secret", 6, 0600, &password, NULL), 0);
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
    assert_int_equal(getrlimit(RLIMIT_CORE, &held), 0);
    assert_int_equal(held.rlim_cur, 0);
    (void)hv_secret_end(password);
    hv_password_guard(false);
    assert_int_equal(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 1);
    assert_int_equal(getrlimit(RLIMIT_CORE, &after), 0);
    assert_true(after.rlim_cur == before.rlim_cur);
}

static void a_private_folder_may_let_a_group_read(void **state) {
    char path[] = "/tmp/hvctl-test-XXXXXX";
    int fd = -1;
    (void)state;

    write_file(path, "secret", 6, 0440);
    assert_int_equal(hv_secret_file_open(path, "credential", HV_READERS_OWNER, &fd, NULL), HV_E_ARGUMENT);
    assert_int_equal(hv_secret_file_open(path, "credential", HV_READERS_GROUP, &fd, NULL), 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(chmod(path, 0444), 0);
    assert_int_equal(hv_secret_file_open(path, "credential", HV_READERS_GROUP, &fd, NULL), HV_E_ARGUMENT);
    (void)unlink(path);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(the_first_line_is_the_password, let_go),
        cmocka_unit_test_teardown(a_file_that_others_can_read_is_refused, let_go),
        cmocka_unit_test_teardown(nothing_useful_is_an_error_without_the_bytes, let_go),
        cmocka_unit_test_teardown(the_longest_password_is_taken, let_go),
        cmocka_unit_test_teardown(a_file_that_is_missing_is_named, let_go),
        cmocka_unit_test_teardown(a_pipe_is_read_to_its_end, let_go),
        cmocka_unit_test_teardown(the_environment_forgets_it, let_go),
        cmocka_unit_test_teardown(nothing_is_dumped_while_a_password_is_held, let_go),
        cmocka_unit_test(a_private_folder_may_let_a_group_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
