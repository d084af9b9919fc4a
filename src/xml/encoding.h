/* Bytes of a document as UTF-8. */
#ifndef XML_ENCODING_H
#define XML_ENCODING_H

#include <stddef.h>

#include "base/cleanup.h"
#include "base/error.h"

/*
 * UTF-8 text of a document. *RET_TEXT points into BYTES, behind a byte order mark, or to *RET_COPY, which the caller frees (NULL
 * when nothing had to be converted). It begins with "<" or white space and holds no NUL, so that nobody behind takes it for
 * another encoding; UTF-8 itself is not checked. Errors: PROTOCOL, MEMORY.
 */
HV_MUST_CHECK int hv_xml_to_utf8(const char *bytes, size_t n_bytes, const char *encoding, const char **ret_text, size_t *ret_n,
                                 char **ret_copy, struct hv_error *err);

#endif
