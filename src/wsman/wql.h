/* WQL literals: the only place that quotes them (wsman.md 1.8). */
#ifndef WSMAN_WQL_H
#define WSMAN_WQL_H

#include "base/buf.h"

/* Appends 'TEXT' in single quotes, backslashes and quotes escaped by a backslash. */
void hv_wql_quote(struct hv_buf *buf, const char *text);
/* Appends 'TEXT%' for LIKE: % _ [ of TEXT stand for themselves. */
void hv_wql_quote_prefix(struct hv_buf *buf, const char *text);

#endif
