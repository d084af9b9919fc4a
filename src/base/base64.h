/* Base64 (RFC 4648 section 4). */
#ifndef BASE_BASE64_H
#define BASE_BASE64_H

#include "base/buf.h"

/* Appends. */
void hv_base64_encode(const char *bytes, size_t n_bytes, struct hv_buf *buf);
/* Appends what TEXT stands for; false, having appended anything or nothing, when it is no base64. No white space. */
bool hv_base64_decode(const char *text, size_t n_text, struct hv_buf *buf);

#endif
