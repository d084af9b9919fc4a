/* Base64 on OpenSSL. */
#include "base64.h"

#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

static bool is_base64(const char *text, size_t n) {
    size_t n_good = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");

    return n % 4 == 0 && n <= INT_MAX / 2 && n - n_good <= 2 && strspn(text + n_good, "=") == n - n_good;
}

bool sim_base64_decode(const char *text, struct hv_buf *out) {
    const size_t n = strlen(text);
    const size_t n_padding = n - strcspn(text, "=");
    const size_t n_bytes = n / 4 * 3;
    char *bytes;

    if (!is_base64(text, n))
        return false;
    if (n == 0)
        return true;
    bytes = hv_buf_extend(out, n_bytes);
    if (!bytes || EVP_DecodeBlock((unsigned char *)bytes, (const unsigned char *)text, (int)n) != (int)n_bytes)
        return false;
    out->len -= n_padding;
    return true;
}

void sim_base64_encode(const void *bytes, size_t n_bytes, struct hv_buf *out) {
    const size_t n_text = (n_bytes + 2) / 3 * 4;
    char *text = n_bytes ? hv_buf_extend(out, n_text + 1) : NULL; /* EVP_EncodeBlock() adds a NUL */

    if (!text)
        return;
    (void)EVP_EncodeBlock((unsigned char *)text, bytes, (int)n_bytes);
    out->len--;
}
