/* Memory that holds a secret, or held one. */
#include "base/secret.h"

#include <string.h>
#include <sys/mman.h>

#include "base/error.h"
#include "base/size.h"

struct hv_secret {
    size_t n_mapped;
    size_t length;
    char text[];
};

void hv_secret_wipe(void *memory, size_t n_bytes) {
    if (memory && n_bytes)
        explicit_bzero(memory, n_bytes);
}

char *hv_secret_free(char *text) {
    if (text)
        hv_secret_wipe(text, strlen(text));
    free(text);
    return NULL;
}

int hv_secret_new(const char *bytes, size_t n_bytes, struct hv_secret **ret_secret, struct hv_error *err) {
    struct hv_secret *secret;
    size_t n_mapped;

    if (!hv_size_add(n_bytes, sizeof(*secret) + 1, &n_mapped))
        return hv_error_memory(err);
    /* Whole pages that nothing else is in: locking and leaving out of core files are done by page. */
    secret = mmap(NULL, n_mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (secret == MAP_FAILED)
        return hv_error_memory(err);
    /* Both may be forbidden here (RLIMIT_MEMLOCK), which is no reason not to go on. */
    (void)mlock(secret, n_mapped);
    (void)madvise(secret, n_mapped, MADV_DONTDUMP);
    secret->n_mapped = n_mapped;
    secret->length = n_bytes;
    if (bytes)
        memcpy(secret->text, bytes, n_bytes);
    *ret_secret = secret;
    return 0;
}

char *hv_secret_text(struct hv_secret *secret) {
    return secret ? secret->text : NULL;
}

size_t hv_secret_length(const struct hv_secret *secret) {
    return secret->length;
}

void hv_secret_cut(struct hv_secret *secret, size_t n_bytes) {
    if (n_bytes > secret->length)
        return;
    hv_secret_wipe(secret->text + n_bytes, secret->length - n_bytes);
    secret->length = n_bytes;
}

struct hv_secret *hv_secret_end(struct hv_secret *secret) {
    if (secret) {
        size_t n_mapped = secret->n_mapped;
        hv_secret_wipe(secret, n_mapped);
        (void)munmap(secret, n_mapped);
    }
    return NULL;
}
