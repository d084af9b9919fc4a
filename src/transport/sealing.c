/* A message in the encryption of the session that carries it (wsman.md 6.4, 6.5). */
#include "transport/sealing.h"

#include <string.h>

#include "base/error.h"

/* Some senders count the padding of old ciphers into the length (wsman.md 6.4). */
enum { MAX_PADDING_BYTES = 8 };

static int seal_part(struct hv_mech *mech, const char *bytes, size_t n_bytes, const char *type, struct hv_buf *out,
                     struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf token = HV_BUF_INIT(HV_SEALING_MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf cipher = HV_BUF_INIT(HV_SEALING_MAX_BYTES);
    int r = mech->vtable->seal(mech, bytes, n_bytes, &token, &cipher, err);

    if (r < 0)
        return r;
    hv_seal_write_part(mech->vtable->protocol, type, n_bytes, &token, &cipher, out);
    return 0;
}

int hv_sealing_seal(struct hv_mech *mech, const char *bytes, size_t n_bytes, const char *type, struct hv_buf *ret_type,
                    struct hv_buf *out, struct hv_error *err) {
    size_t max_chunk = mech->vtable->max_chunk ? mech->vtable->max_chunk : n_bytes;
    size_t n_parts = 0;
    int r = 0;

    for (size_t done = 0; r == 0 && done < n_bytes; n_parts++) {
        size_t n = n_bytes - done < max_chunk ? n_bytes - done : max_chunk;

        r = seal_part(mech, bytes + done, n, type, out, err);
        done += n;
    }
    if (r < 0)
        return r;
    hv_seal_write_end(out);
    hv_seal_write_type(mech->vtable->protocol, n_parts, ret_type);
    r = hv_buf_finish(ret_type, "the encrypted request", err);
    return r < 0 ? r : hv_buf_finish(out, "the encrypted request", err);
}

/* Somebody between could have written this: what it says is not believed. */
static int explain_plain(const struct hv_answer *answer, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_PROTOCOL, "the host answered an encrypted request in plain text (HTTP %d)", answer->status);
    if (answer->status >= 400)
        hv_error_cause(err,
                       "probably it did not accept the encryption, or something between here and there answered in its place; "
                       "what is not encrypted is not believed");
    else
        hv_error_cause(err, "anybody between here and there could have written that, so it is not believed");
    hv_error_remedy(err, "use https:// (WinRM's HTTPS listener, port 5986), or look into the host's event log of WinRM");
    if (err) {
        err->http_status = answer->status;
        err->source = HV_SOURCE_HTTP;
    }
    return HV_E_PROTOCOL;
}

static int open_part(struct hv_mech *mech, const struct hv_sealed_part *part, struct hv_buf *plain, struct hv_error *err) {
    size_t n_before = plain->len;
    size_t n_plain;
    int r = mech->vtable->unseal(mech, part->bytes, part->n_token, part->n_bytes, plain, err);

    if (r < 0)
        return r;
    n_plain = plain->len - n_before;
    if (part->has_n_plain && (part->n_plain < n_plain || part->n_plain - n_plain > MAX_PADDING_BYTES))
        return hv_error_set(err, HV_E_PROTOCOL, "a part of the encrypted answer has %zu bytes instead of %zu", n_plain,
                            part->n_plain);
    return 0;
}

int hv_sealing_open(struct hv_mech *mech, const struct hv_answer *answer, char type[HV_SEAL_TYPE_MAX_BYTES], struct hv_buf *plain,
                    struct hv_error *err) {
    HV_CLEANUP_SEALED struct hv_sealed sealed = { .n_parts = 0 };
    int r;

    type[0] = '\0';
    if (answer->n_bytes == 0)
        return 0;
    if (!hv_seal_is_type(answer->content_type))
        return explain_plain(answer, err);
    r = hv_seal_parse(answer->content_type, answer->bytes, answer->n_bytes, &sealed, err);
    for (size_t i = 0; r == 0 && i < sealed.n_parts; i++)
        r = open_part(mech, &sealed.parts[i], plain, err);
    if (r < 0)
        return r;
    memcpy(type, sealed.type, sizeof(sealed.type));
    return hv_buf_finish(plain, "the answer", err);
}
