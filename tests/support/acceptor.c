/* The host's side of a sign-in by GSSAPI. Kerberos takes part where KRB5_KTNAME names a keytab. */
#include "support/acceptor.h"

#include <gssapi/gssapi_ext.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { NTLM_SIGNATURE_BYTES = 16 };

/* gss-ntlmssp leaks what it made with OpenSSL (gssapi.md 3); its frames are not always seen. */
__attribute__((__visibility__("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void) {
    return "leak:gssntlmssp\nleak:libcrypto.so\n";
}

static char users_file[] = "/tmp/hvctl-test-users-XXXXXX";
static char krb5_file[] = "/tmp/hvctl-test-krb5-XXXXXX";

/* A new file of this name, whose end is replaced. */
static void write_file(char *name, const char *text) {
    FILE *file;
    int fd;

    memcpy(name + strlen(name) - 6, "XXXXXX", 6);
    fd = mkstemp(name);
    assert_true(fd >= 0);
    file = fdopen(fd, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

void acceptor_users(const char *lines) {
    write_file(users_file, lines);
    assert_int_equal(setenv("NTLM_USER_FILE", users_file, 1), 0);
    assert_int_equal(setenv("NETBIOS_COMPUTER_NAME", "TESTHOST", 1), 0);
}

void acceptor_users_forget(void) {
    (void)unlink(users_file);
    (void)unsetenv("NTLM_USER_FILE");
}

void acceptor_without_kerberos(void) {
    write_file(krb5_file, "[libdefaults]\n    dns_lookup_kdc = false\n    dns_lookup_realm = false\n"
                          "    dns_canonicalize_hostname = false\n    rdns = false\n");
    assert_int_equal(setenv("KRB5_CONFIG", krb5_file, 1), 0);
    assert_int_equal(setenv("KRB5CCNAME", "MEMORY:none", 1), 0);
    (void)unsetenv("KRB5_KTNAME");
    (void)unsetenv("KRB5_CLIENT_KTNAME");
}

void acceptor_without_kerberos_forget(void) {
    (void)unlink(krb5_file);
    (void)unsetenv("KRB5_CONFIG");
}

void acceptor_init(struct acceptor *acceptor) {
    static const char krb5[] = "\x2a\x86\x48\x86\xf7\x12\x01\x02\x02";
    static const char ntlm[] = "\x2b\x06\x01\x04\x01\x82\x37\x02\x02\x0a";
    static const char spnego[] = "\x2b\x06\x01\x05\x05\x02";
    gss_OID_desc oids[] = {
        { sizeof(ntlm) - 1, (void *)(uintptr_t)ntlm },
        { sizeof(spnego) - 1, (void *)(uintptr_t)spnego },
        { sizeof(krb5) - 1, (void *)(uintptr_t)krb5 },
    };
    gss_OID_set_desc set = { getenv("KRB5_KTNAME") ? 3 : 2, oids };
    OM_uint32 minor;

    memset(acceptor, 0, sizeof(*acceptor));
    assert_int_equal(gss_acquire_cred(&minor, GSS_C_NO_NAME, GSS_C_INDEFINITE, &set, GSS_C_ACCEPT, &acceptor->cred, NULL, NULL),
                     GSS_S_COMPLETE);
}

void acceptor_deinit(struct acceptor *acceptor) {
    OM_uint32 minor;

    (void)gss_delete_sec_context(&minor, &acceptor->context, GSS_C_NO_BUFFER);
    (void)gss_release_cred(&minor, &acceptor->cred);
}

static void *copy_of(gss_buffer_desc *buffer, size_t *ret_n) {
    void *copy = buffer->length ? malloc(buffer->length) : NULL;
    OM_uint32 minor;

    if (copy)
        memcpy(copy, buffer->value, buffer->length);
    *ret_n = buffer->length;
    (void)gss_release_buffer(&minor, buffer);
    return copy;
}

static int step(struct acceptor *acceptor, const void *in, size_t n_in, const void *binding, size_t n_binding, void **ret_out,
                size_t *ret_n_out) {
    struct gss_channel_bindings_struct bindings = { .application_data = { n_binding, (void *)(uintptr_t)binding } };
    gss_buffer_desc token = { n_in, (void *)(uintptr_t)in };
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    gss_buffer_desc text = GSS_C_EMPTY_BUFFER;
    gss_name_t name = GSS_C_NO_NAME;
    OM_uint32 flags = 0;
    OM_uint32 minor;
    OM_uint32 major =
        gss_accept_sec_context(&minor, &acceptor->context, acceptor->cred, &token,
                               binding ? &bindings : GSS_C_NO_CHANNEL_BINDINGS, &name, NULL, &out, &flags, NULL, NULL);

    *ret_out = copy_of(&out, ret_n_out);
    if (major == GSS_S_COMPLETE) {
        acceptor->done = true;
        acceptor->flags = flags;
        if (gss_display_name(&minor, name, &text, NULL) == GSS_S_COMPLETE)
            (void)snprintf(acceptor->user, sizeof(acceptor->user), "%.*s", (int)text.length, (const char *)text.value);
        (void)gss_release_buffer(&minor, &text);
    }
    (void)gss_release_name(&minor, &name);
    if (GSS_ERROR(major))
        return -1;
    return major & GSS_S_CONTINUE_NEEDED ? 1 : 0;
}

/* gss-ntlmssp compares names in the locale's encoding. */
int acceptor_step(struct acceptor *acceptor, const void *in, size_t n_in, const void *binding, size_t n_binding, void **ret_out,
                  size_t *ret_n_out) {
    locale_t utf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    locale_t before = uselocale(utf8);
    int r = step(acceptor, in, n_in, binding, n_binding, ret_out, ret_n_out);

    (void)uselocale(before);
    freelocale(utf8);
    return r;
}

void *acceptor_unseal(struct acceptor *acceptor, const void *sealed, size_t n_sealed, size_t *ret_n) {
    gss_buffer_desc in = { n_sealed, (void *)(uintptr_t)sealed };
    gss_buffer_desc plain = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;
    int encrypted = 0;

    if (gss_unwrap(&minor, acceptor->context, &in, &plain, &encrypted, NULL) != GSS_S_COMPLETE || !encrypted)
        return NULL;
    return copy_of(&plain, ret_n);
}

/* Kerberos' trailer has to lie before the ciphertext, which only this call does; gss-ntlmssp does not have it. */
static void *seal_by_iov(struct acceptor *acceptor, const void *plain, size_t n_plain, size_t *ret_n_token, size_t *ret_n) {
    gss_iov_buffer_desc iov[2] = { { .type = GSS_IOV_BUFFER_TYPE_HEADER | GSS_IOV_BUFFER_FLAG_ALLOCATE },
                                   { .type = GSS_IOV_BUFFER_TYPE_DATA } };
    char *data = malloc(n_plain + 1);
    char *sealed = NULL;
    OM_uint32 minor;

    assert_non_null(data);
    memcpy(data, plain, n_plain);
    iov[1].buffer = (gss_buffer_desc){ n_plain, data };
    if (gss_wrap_iov(&minor, acceptor->context, 1, GSS_C_QOP_DEFAULT, NULL, iov, 2) == GSS_S_COMPLETE) {
        *ret_n_token = iov[0].buffer.length;
        *ret_n = iov[0].buffer.length + n_plain;
        sealed = malloc(*ret_n);
        assert_non_null(sealed);
        memcpy(sealed, iov[0].buffer.value, iov[0].buffer.length);
        memcpy(sealed + iov[0].buffer.length, data, n_plain);
    }
    (void)gss_release_iov_buffer(&minor, iov, 2);
    free(data);
    return sealed;
}

void *acceptor_seal(struct acceptor *acceptor, const void *plain, size_t n_plain, size_t *ret_n_token, size_t *ret_n) {
    gss_buffer_desc in = { n_plain, (void *)(uintptr_t)plain };
    gss_buffer_desc sealed = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;
    int encrypted = 0;
    void *by_iov = seal_by_iov(acceptor, plain, n_plain, ret_n_token, ret_n);

    if (by_iov)
        return by_iov;
    assert_int_equal(gss_wrap(&minor, acceptor->context, 1, GSS_C_QOP_DEFAULT, &in, &encrypted, &sealed), GSS_S_COMPLETE);
    assert_int_equal(encrypted, 1);
    *ret_n_token = NTLM_SIGNATURE_BYTES;
    return copy_of(&sealed, ret_n);
}
