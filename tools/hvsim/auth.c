/* Basic sign-in and character sets of bodies. */
#include "auth.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/size.h"
#include "base/text.h"

enum { MAX_CREDENTIALS = 4096 };

void sim_users_deinit(struct sim_users *users) {
    for (size_t i = 0; i < users->n_items; i++) {
        free(users->items[i].name);
        (void)hv_secret_free(users->items[i].password);
    }
    free(users->items);
    *users = (struct sim_users){ 0 };
}

int sim_users_add(struct sim_users *users, const char *name, const char *password, struct hv_error *err) {
    struct sim_user user = { 0 };
    struct sim_user *items = hv_grow(users->items, users->n_items, sizeof(*items));

    if (!items)
        return hv_error_memory(err);
    users->items = items;
    if (hv_text_copy(name, &user.name, err) < 0 || hv_text_copy(password, &user.password, err) < 0) {
        free(user.name);
        return HV_E_MEMORY;
    }
    items[users->n_items++] = user;
    return 0;
}

bool sim_is_same_secret(const char *a, const char *b) {
    size_t n = strlen(a);

    return n == strlen(b) && CRYPTO_memcmp(a, b, n) == 0;
}

const struct sim_user *sim_users_check(const struct sim_users *users, const char *authorization) {
    unsigned char plain[MAX_CREDENTIALS + 1] = { 0 };
    const struct sim_user *found = NULL;
    const char *coded;
    char *password;
    int n;

    if (!hv_text_starts_same(authorization, "Basic "))
        return NULL;
    coded = authorization + strlen("Basic ");
    if (strlen(coded) > MAX_CREDENTIALS)
        return NULL;
    /* Padding decodes to zero bytes, which end the text as well. */
    n = EVP_DecodeBlock(plain, (const unsigned char *)coded, (int)strlen(coded));
    password = n > 0 ? strchr((char *)plain, ':') : NULL;
    if (password) {
        *password++ = '\0';
        for (size_t i = 0; !found && i < users->n_items; i++)
            if (hv_text_same(users->items[i].name, (char *)plain) && sim_is_same_secret(users->items[i].password, password))
                found = &users->items[i];
    }
    hv_secret_wipe(plain, sizeof(plain));
    return found;
}

/* ---- character sets ---- */

/* Value of charset= in lower case without quotes; "" when absent. */
static void find_charset(const char *content_type, char charset[32]) {
    const char *at = strcasestr(content_type, "charset=");
    size_t n = 0;

    if (at)
        for (at += strlen("charset="); *at && *at != ';' && *at != ' ' && n < 31; at++)
            if (*at != '"')
                charset[n++] = hv_text_lower(*at);
    charset[n] = '\0';
}

enum sim_charset sim_charset_of(const char *content_type) {
    const size_t n = strlen("application/soap+xml");
    char charset[32];

    if (!hv_text_starts_same(content_type, "application/soap+xml") ||
        (content_type[n] && content_type[n] != ';' && content_type[n] != ' '))
        return SIM_CHARSET_NO_SOAP;
    find_charset(content_type, charset);
    if (!*charset || strcmp(charset, "utf-8") == 0)
        return SIM_CHARSET_UTF8;
    return strcmp(charset, "utf-16") == 0 ? SIM_CHARSET_UTF16 : SIM_CHARSET_UNKNOWN;
}

static void put_utf8(struct hv_buf *out, uint32_t code) {
    if (code < 0x80) {
        hv_buf_putc(out, (char)code);
    } else if (code < 0x800) {
        hv_buf_putc(out, (char)(0xC0 | code >> 6));
        hv_buf_putc(out, (char)(0x80 | (code & 0x3F)));
    } else if (code < 0x10000) {
        hv_buf_putc(out, (char)(0xE0 | code >> 12));
        hv_buf_putc(out, (char)(0x80 | (code >> 6 & 0x3F)));
        hv_buf_putc(out, (char)(0x80 | (code & 0x3F)));
    } else {
        hv_buf_putc(out, (char)(0xF0 | code >> 18));
        hv_buf_putc(out, (char)(0x80 | (code >> 12 & 0x3F)));
        hv_buf_putc(out, (char)(0x80 | (code >> 6 & 0x3F)));
        hv_buf_putc(out, (char)(0x80 | (code & 0x3F)));
    }
}

static uint32_t unit_at(const char *bytes, size_t i, bool big) {
    const unsigned char first = (unsigned char)bytes[i];
    const unsigned char second = (unsigned char)bytes[i + 1];

    return big ? (uint32_t)first << 8 | second : (uint32_t)second << 8 | first;
}

bool sim_utf16_decode(const char *bytes, size_t n_bytes, struct hv_buf *out) {
    bool big = false;
    size_t i = 0;

    if (n_bytes % 2 != 0)
        return false;
    if (n_bytes >= 2 && (unit_at(bytes, 0, false) == 0xFEFF || unit_at(bytes, 0, true) == 0xFEFF)) {
        big = unit_at(bytes, 0, true) == 0xFEFF;
        i = 2;
    }
    for (; i < n_bytes; i += 2) {
        uint32_t code = unit_at(bytes, i, big);

        if (code >= 0xDC00 && code < 0xE000)
            return false;
        if (code >= 0xD800 && code < 0xDC00) {
            uint32_t low = i + 2 < n_bytes ? unit_at(bytes, i + 2, big) : 0;
            if (low < 0xDC00 || low >= 0xE000)
                return false;
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            i += 2;
        }
        put_utf8(out, code);
    }
    return !out->failure;
}

static void put_unit(struct hv_buf *out, bool is_big, uint32_t unit) {
    const char low = (char)(unit & 0xFF);
    const char high = (char)(unit >> 8);

    hv_buf_putc(out, is_big ? high : low);
    hv_buf_putc(out, is_big ? low : high);
}

void sim_utf16_encode(struct sim_utf16 form, const char *text, size_t n_bytes, struct hv_buf *out) {
    if (form.has_mark)
        put_unit(out, form.is_big, 0xFEFF);
    while (n_bytes > 0) {
        uint32_t code = '?';
        size_t n = hv_utf8_decode(text, n_bytes, &code);

        if (code >= 0x10000) {
            put_unit(out, form.is_big, 0xD800 + ((code - 0x10000) >> 10));
            put_unit(out, form.is_big, 0xDC00 + ((code - 0x10000) & 0x3FF));
        } else {
            put_unit(out, form.is_big, code);
        }
        text += n ? n : 1;
        n_bytes -= n ? n : 1;
    }
}
