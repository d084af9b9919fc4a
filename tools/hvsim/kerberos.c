/* Kerberos tokens with filler, made from the key of the context (RFC 4121 4.2.4). */
#include "kerberos.h"

#include <string.h>

#include <gssapi/gssapi_ext.h>
#include <krb5.h>

enum {
    N_HEADER = 16,
    N_FILLER = 16, /* EC */
    N_CONFOUNDER = 16,
    USAGE_ACCEPTOR_SEAL = 22,
    AT_EC = 4,
    AT_RRC = 6,
};

/* Key, and an OID whose last number is its type. */
static bool get_key(gss_ctx_id_t context, gss_buffer_set_t *ret_set, krb5_keyblock *ret_key) {
    OM_uint32 minor;

    if (GSS_ERROR(gss_inquire_sec_context_by_oid(&minor, context, GSS_C_INQ_SSPI_SESSION_KEY, ret_set)) ||
        (*ret_set)->count < 2 || (*ret_set)->elements[1].length == 0)
        return false;
    *ret_key =
        (krb5_keyblock){ .enctype = ((const unsigned char *)(*ret_set)->elements[1].value)[(*ret_set)->elements[1].length - 1],
                         .length = (unsigned)(*ret_set)->elements[0].length,
                         .contents = (*ret_set)->elements[0].value };
    return true;
}

/* What is encrypted: message, filler, and the header as it is before the rotation. */
static void write_plain(const unsigned char header[N_HEADER], const void *plain, size_t n_plain, struct hv_buf *out) {
    static const char filler[N_FILLER] = { 0 };

    hv_buf_append(out, plain, n_plain);
    hv_buf_append(out, filler, sizeof(filler));
    hv_buf_append(out, header, N_HEADER);
}

/* Rotated so that the ciphertext of the message comes last: filler, header and checksum stand in front of the confounder. */
static bool write_rotated(unsigned char header[N_HEADER], const krb5_data *sealed, size_t n_plain, struct hv_buf *token,
                          struct hv_buf *cipher) {
    const size_t n_front = N_CONFOUNDER + n_plain;
    const size_t n_rotated = sealed->length - n_front;

    header[AT_RRC] = (unsigned char)(n_rotated >> 8);
    header[AT_RRC + 1] = (unsigned char)n_rotated;
    hv_buf_append(token, header, N_HEADER);
    hv_buf_append(token, sealed->data + n_front, n_rotated);
    hv_buf_append(token, sealed->data, N_CONFOUNDER);
    hv_buf_append(cipher, sealed->data + N_CONFOUNDER, n_plain);
    return !token->failure && !cipher->failure;
}

static bool seal(krb5_context krb5, const krb5_keyblock *key, unsigned char header[N_HEADER], const void *plain, size_t n_plain,
                 struct hv_buf *token, struct hv_buf *cipher) {
    HV_CLEANUP_BUF struct hv_buf in = HV_BUF_INIT(SIZE_MAX / 2);
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(SIZE_MAX / 2);
    krb5_enc_data sealed = { .enctype = key->enctype };
    krb5_data data;
    size_t n = 0;

    write_plain(header, plain, n_plain, &in);
    if (in.failure || krb5_c_encrypt_length(krb5, key->enctype, in.len, &n) != 0)
        return false;
    data = (krb5_data){ .length = (unsigned)in.len, .data = in.data };
    sealed.ciphertext = (krb5_data){ .length = (unsigned)n, .data = hv_buf_extend(&out, n) };
    return sealed.ciphertext.data && krb5_c_encrypt(krb5, key, USAGE_ACCEPTOR_SEAL, NULL, &data, &sealed) == 0 &&
           write_rotated(header, &sealed.ciphertext, n_plain, token, cipher);
}

bool sim_kerberos_seal(gss_ctx_id_t context, const gss_buffer_desc *header, const void *plain, size_t n_plain,
                       struct hv_buf *token, struct hv_buf *cipher) {
    unsigned char own[N_HEADER];
    gss_buffer_set_t set = GSS_C_NO_BUFFER_SET;
    krb5_context krb5 = NULL;
    krb5_keyblock key;
    OM_uint32 minor;
    bool good;

    if (header->length < N_HEADER || memcmp(header->value, "\x05\x04", 2) != 0)
        return false;
    memcpy(own, header->value, N_HEADER);
    own[AT_EC] = 0;
    own[AT_EC + 1] = N_FILLER;
    own[AT_RRC] = 0;
    own[AT_RRC + 1] = 0;
    good = krb5_init_context(&krb5) == 0 && get_key(context, &set, &key) && seal(krb5, &key, own, plain, n_plain, token, cipher);
    (void)gss_release_buffer_set(&minor, &set);
    if (krb5)
        krb5_free_context(krb5);
    return good;
}
