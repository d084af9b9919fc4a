/* Memory that held a secret. */
#ifndef BASE_SECRET_H
#define BASE_SECRET_H

#include <stddef.h>

/* Overwrites in a way the compiler keeps. Accepts NULL. */
void hv_secret_wipe(void *memory, size_t n_bytes);
/* Wipes and frees a text; returns NULL. */
char *hv_secret_free(char *text);

#endif
