/*
 * Texts of hosts made harmless for people's eyes: control characters, invisible direction marks and broken UTF-8 are shown as
 * escapes, so that a VM's name can neither move the cursor nor break a line of a table. JSON does not come this way.
 */
#ifndef CLI_CLEAN_H
#define CLI_CLEAN_H

#include "base/buf.h"

struct hv_charset {
    bool utf8;  /* the locale can show it */
    bool ascii; /* show "?" for what is not ASCII: a terminal without UTF-8 */
};

/* What the locale of this process and the kind of stream allow. */
struct hv_charset hv_charset_of(bool is_terminal);

/* TEXT may be NULL: nothing is appended. */
void hv_clean_append(struct hv_buf *buf, const char *text, const struct hv_charset *charset);
/* Columns that a cleaned text takes on a terminal. */
size_t hv_clean_width(const char *text, const struct hv_charset *charset);
/* Cuts a cleaned text after at most WIDTH columns. */
void hv_clean_cut(char *text, size_t width, const struct hv_charset *charset);

#endif
