/* See fixture.h. */
#include "support/fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { PATH_SIZE = 4096 };

static bool path_of(const char *folder, const char *name, char path[PATH_SIZE]) {
    const char *base = getenv(folder);

    return base && snprintf(path, PATH_SIZE, "%s/%s", base, name) < PATH_SIZE;
}

char *fixture_read(const char *folder, const char *name, size_t *ret_n_bytes) {
    char path[PATH_SIZE];
    char *text = NULL;
    long size;
    FILE *file = path_of(folder, name, path) ? fopen(path, "rb") : NULL;

    if (!file)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0 && fseek(file, 0, SEEK_SET) == 0) {
        text = malloc((size_t)size + 1);
        if (text && fread(text, 1, (size_t)size, file) == (size_t)size) {
            text[size] = '\0';
            *ret_n_bytes = (size_t)size;
        } else {
            free(text);
            text = NULL;
        }
    }
    (void)fclose(file);
    return text;
}

char *fixture_get(const char *name) {
    size_t n_bytes;
    char *text = fixture_read("HVCTL_FIXTURES", name, &n_bytes);

    if (!text)
        fail_msg("no fixture %s", name);
    return text;
}

void fixture_assert(const char *name, const char *text) {
    char *expected;

    if (getenv("HVCTL_FIXTURES_UPDATE")) {
        char path[PATH_SIZE];
        FILE *file = path_of("HVCTL_FIXTURES", name, path) ? fopen(path, "wb") : NULL;

        assert_non_null(file);
        assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
        assert_int_equal(fclose(file), 0);
        return;
    }
    expected = fixture_get(name);
    assert_string_equal(text, expected);
    free(expected);
}
