/*
 * What the harnesses share. A harness is one function that libFuzzer calls with bytes of its making, and that replay.c calls with
 * files; an invariant that does not hold ends the program.
 */
#ifndef FUZZ_FUZZ_H
#define FUZZ_FUZZ_H

#include <hvctl/instance.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "xml/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define CHECK(condition)                                                                                                         \
    do {                                                                                                                         \
        if (!(condition))                                                                                                        \
            __builtin_trap();                                                                                                    \
    } while (0)

/* The id that requests of the harnesses have. */
#define FUZZ_MESSAGE_ID "11111111-2222-4333-8444-555555555555"

/* Takes the first byte off the input when it is one of 0x80 to 0xBF, with which no document begins; else 0. */
uint8_t fuzz_option(const uint8_t **data, size_t *size);
/* The bytes with a NUL behind, in memory of just that size, for the sanitizer to watch; free() it. */
char *fuzz_text(const uint8_t *data, size_t size);
/* The text up to SEPARATOR or its end; *AT is moved behind, to NULL at the end. Writes a NUL over the separator. */
char *fuzz_piece(char **at, char separator);

/* NULL when the input is no XML. */
struct hv_xml_doc *fuzz_parse(const uint8_t *data, size_t size);

/* No failure without its record, no success with one, and texts that can be shown. */
void fuzz_check_error(int result, const struct hv_error *err);
/* Asks an instance, and what is in it, for everything; what it says must agree. */
void fuzz_check_instance(const struct hv_instance *instance);
bool fuzz_same_epr(const struct hv_epr *a, const struct hv_epr *b);

#endif
