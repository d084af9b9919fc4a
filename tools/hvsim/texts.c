/* Lists of texts. */
#include "texts.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/size.h"
#include "base/text.h"

bool sim_texts_add(struct sim_texts *texts, const char *text) {
    char **items = hv_grow(texts->items, texts->n_items, sizeof(*items));
    if (!items)
        return false;
    texts->items = items;
    if (hv_text_copy(text, &items[texts->n_items], NULL))
        return false;
    texts->n_items++;
    return true;
}

bool sim_texts_has(const struct sim_texts *texts, const char *text) {
    for (size_t i = 0; i < texts->n_items; i++)
        if (hv_text_same(texts->items[i], text))
            return true;
    return false;
}

void sim_texts_deinit(struct sim_texts *texts) {
    for (size_t i = 0; i < texts->n_items; i++)
        free(texts->items[i]);
    free(texts->items);
    *texts = (struct sim_texts){ 0 };
}

char *sim_format(const char *format, ...) {
    char *text = NULL;
    va_list list;
    va_start(list, format);
    int n = vasprintf(&text, format, list);
    va_end(list);
    return n < 0 ? NULL : text;
}
