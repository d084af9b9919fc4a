/* Files under fixtures/. */
#include "support/fixture.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* After the headers it needs. */
#include <cmocka.h>

enum { PATH_SIZE = 4096 };

static void find(const char *name, char path[PATH_SIZE]) {
    const char *root = getenv("HVCTL_FIXTURES");

    if (name[0] != '/' && !root)
        fail_msg("HVCTL_FIXTURES is not set");
    (void)snprintf(path, PATH_SIZE, "%s%s%s", name[0] == '/' ? "" : root, name[0] == '/' ? "" : "/", name);
}

char *fixture_read(const char *name, size_t *ret_n) {
    char path[PATH_SIZE];
    FILE *file;
    char *bytes = NULL;
    size_t n = 0;
    size_t size = 0;

    find(name, path);
    file = fopen(path, "rb");
    if (!file)
        fail_msg("cannot open %s", path);
    do {
        size = size ? size * 2 : 64 * 1024;
        bytes = realloc(bytes, size);
        assert_non_null(bytes);
        n += fread(bytes + n, 1, size - n - 1, file);
    } while (n == size - 1);
    if (ferror(file))
        fail_msg("cannot read %s", path);
    (void)fclose(file);
    bytes[n] = '\0';
    if (ret_n)
        *ret_n = n;
    return bytes;
}

static int is_fixture(const struct dirent *entry) {
    return entry->d_name[0] != '.' && strcmp(entry->d_name, "SOURCE") != 0 && strncmp(entry->d_name, "README", 6) != 0;
}

size_t fixture_each(const char *folder, fixture_fn *check, void *context) {
    struct dirent **entries;
    char path[PATH_SIZE];
    char inner[PATH_SIZE];
    size_t n_files = 0;
    int n;

    find(folder, path);
    n = scandir(path, &entries, is_fixture, alphasort);
    if (n < 0)
        fail_msg("cannot list %s", path);
    for (int i = 0; i < n; i++) {
        if (snprintf(inner, sizeof(inner), "%s/%s", path, entries[i]->d_name) >= (int)sizeof(inner))
            fail_msg("path too long: %s", path);
        if (entries[i]->d_type == DT_DIR) {
            n_files += fixture_each(inner, check, context);
        } else {
            size_t n_bytes;
            char *bytes = fixture_read(inner, &n_bytes);

            check(inner, bytes, n_bytes, context);
            free(bytes);
            n_files++;
        }
        free(entries[i]);
    }
    free(entries);
    return n_files;
}

static void write_file(const char *name, const char *text) {
    char path[PATH_SIZE];
    FILE *file;

    find(name, path);
    file = fopen(path, "wb");
    if (!file)
        fail_msg("cannot write %s", path);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

void fixture_assert(const char *name, const char *text) {
    char *expected;

    if (getenv("HVCTL_FIXTURES_UPDATE")) {
        write_file(name, text);
        return;
    }
    expected = fixture_read(name, NULL);
    assert_string_equal(text, expected);
    free(expected);
}
