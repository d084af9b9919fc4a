/* What somebody may have meant by a word that is unknown. */
#ifndef CLI_SUGGEST_H
#define CLI_SUGGEST_H

#include <stddef.h>

/* Longest word that is compared. */
enum { HV_SUGGEST_MAX = 64 };

/* Edits (insert, delete, replace, swap neighbours) from A to B; more than HV_SUGGEST_MAX when either is longer than that. */
size_t hv_suggest_distance(const char *a, const char *b);

/* Keeps the nearest word seen so far. Start with { .word = WORD }. */
struct hv_suggest {
    const char *word;    /* as it was typed */
    const char *nearest; /* NULL while nothing is near enough to be worth saying */
    size_t distance;
};
void hv_suggest_offer(struct hv_suggest *suggest, const char *candidate);

#endif
