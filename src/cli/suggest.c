/* Optimal string alignment distance: three rows are enough, since a swap looks two rows back. */
#include "cli/suggest.h"

#include <string.h>

#include "base/text.h"

static size_t least(size_t a, size_t b) {
    return a < b ? a : b;
}

size_t hv_suggest_distance(const char *a, const char *b) {
    size_t rows[3][HV_SUGGEST_MAX + 1];
    size_t n_a = strlen(a);
    size_t n_b = strlen(b);

    if (n_a > HV_SUGGEST_MAX || n_b > HV_SUGGEST_MAX)
        return HV_SUGGEST_MAX + 1;
    for (size_t j = 0; j <= n_b; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= n_a; i++) {
        size_t *row = rows[i % 3];
        const size_t *above = rows[(i + 2) % 3];
        const size_t *above2 = rows[(i + 1) % 3];

        row[0] = i;
        for (size_t j = 1; j <= n_b; j++) {
            size_t cost = hv_text_lower(a[i - 1]) == hv_text_lower(b[j - 1]) ? 0 : 1;

            row[j] = least(least(above[j] + 1, row[j - 1] + 1), above[j - 1] + cost);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = least(row[j], above2[j - 2] + 1);
        }
    }
    return rows[n_a % 3][n_b];
}

void hv_suggest_offer(struct hv_suggest *suggest, const char *candidate) {
    size_t n_word = strlen(suggest->word);
    size_t limit = n_word < 3 ? 1 : n_word < 6 ? 2 : 3;
    size_t distance = hv_suggest_distance(suggest->word, candidate);

    /* The beginning of a longer word is a common habit from tools that abbreviate. */
    if (n_word >= 3 && hv_text_starts_same(candidate, suggest->word))
        distance = 1;
    if (distance > limit || distance >= strlen(candidate))
        return;
    if (!suggest->nearest || distance < suggest->distance) {
        suggest->nearest = candidate;
        suggest->distance = distance;
    }
}
