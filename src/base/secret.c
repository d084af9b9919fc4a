/* Memory that held a secret. */
#include "base/secret.h"

#include <stdlib.h>
#include <string.h>

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
