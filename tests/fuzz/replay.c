/* Runs a harness over files: those named, and those of the folders named. */
#include <dirent.h>
#include <stdio.h>

#include "base/buf.h"
#include "fuzz/fuzz.h"

enum { MAX_FILE = 16 * 1024 * 1024 };

static size_t n_run;

/* False when PATH is no file that can be read. */
static int run_file(const char *path) {
    HV_CLEANUP_BUF struct hv_buf input = HV_BUF_INIT(MAX_FILE);
    FILE *stream = fopen(path, "rb");
    char bytes[4096];
    size_t n;

    if (!stream) {
        perror(path);
        return -1;
    }
    while ((n = fread(bytes, 1, sizeof(bytes), stream)) > 0)
        hv_buf_append(&input, bytes, n);
    (void)fclose(stream);
    CHECK(hv_buf_finish(&input, path, NULL) == 0);
    /* For who looks at the log of a test that ended here. */
    fprintf(stderr, "%s\n", path);
    CHECK(LLVMFuzzerTestOneInput((const uint8_t *)hv_buf_text(&input), input.len) == 0);
    n_run++;
    return 0;
}

static int run_path(const char *path) {
    DIR *folder = opendir(path);
    const struct dirent *entry;
    int r = 0;

    if (!folder)
        return run_file(path);
    while (r == 0 && (entry = readdir(folder))) {
        HV_CLEANUP_BUF struct hv_buf inner = HV_BUF_INIT(4096);

        if (entry->d_name[0] == '.' || strcmp(entry->d_name, "SOURCE") == 0)
            continue;
        hv_buf_printf(&inner, "%s/%s", path, entry->d_name);
        r = run_path(hv_buf_text(&inner));
    }
    (void)closedir(folder);
    return r;
}

int main(int argc, char **argv) {
    int r = 0;

    for (int i = 1; i < argc && r == 0; i++)
        r = run_path(argv[i]);
    printf("%zu inputs\n", n_run);
    return r == 0 && n_run > 0 ? 0 : 1;
}
