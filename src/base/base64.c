/* Base64. */
#include "base/base64.h"

#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void hv_base64_encode(const char *bytes, size_t n_bytes, struct hv_buf *buf) {
    for (size_t i = 0; i < n_bytes; i += 3) {
        size_t n = n_bytes - i < 3 ? n_bytes - i : 3;
        uint32_t group = 0;

        for (size_t j = 0; j < n; j++)
            group |= (uint32_t)(unsigned char)bytes[i + j] << (16 - 8 * j);
        for (size_t j = 0; j < 4; j++)
            hv_buf_putc(buf, j <= n ? alphabet[group >> (18 - 6 * j) & 63U] : '=');
    }
}

bool hv_base64_decode(const char *text, size_t n_text, struct hv_buf *buf) {
    size_t n_pad = 0;

    if (n_text == 0 || n_text % 4 != 0)
        return false;
    while (n_pad < 2 && text[n_text - 1 - n_pad] == '=')
        n_pad++;
    for (size_t i = 0; i < n_text; i += 4) {
        bool is_last = i + 4 == n_text;
        uint32_t group = 0;

        for (size_t j = 0; j < 4; j++) {
            bool is_pad = is_last && j >= 4 - n_pad;
            const char *place = is_pad ? alphabet : memchr(alphabet, text[i + j], sizeof(alphabet) - 1);

            if (!place)
                return false;
            group = group << 6 | (uint32_t)(place - alphabet);
        }
        for (size_t j = 0; j < (is_last ? 3 - n_pad : 3); j++)
            hv_buf_putc(buf, (char)(group >> (16 - 8 * j) & 0xFFU));
    }
    return true;
}
