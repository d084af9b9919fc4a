/* Every allocation of a sign-in by NTLM and of a sealed message fails in turn: nobody is let in who should not be, nothing leaks.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <gssapi/gssapi.h>
#include <gssapi/gssapi_ext.h>
#include <openssl/evp.h>

#include "acceptor.h"
#include "scarce.h"
#include "wire.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/lsan_interface.h>
#define WATCH_LEAKS(is_on) ((is_on) ? __lsan_enable() : __lsan_disable())
#else
#define WATCH_LEAKS(is_on) ((void)(is_on))
#endif

#define IDENTIFY                                                                                                                 \
    "<s:Envelope xmlns:s='" SIM_NS_SOAP "'><s:Header/><s:Body><i:Identify xmlns:i='" SIM_NS_IDENTITY "'/></s:Body></s:Envelope>"
#define SPNEGO_TYPE "multipart/encrypted;protocol=\"application/HTTP-SPNEGO-session-encrypted\";boundary=\"Encrypted Boundary\""
#define HEAD                                                                                                                     \
    "--Encrypted Boundary\r\n\tContent-Type: application/HTTP-SPNEGO-session-encrypted\r\n\tOriginalContent: type=" SOAP         \
    ";Length=%zu\r\n--Encrypted Boundary\r\n\tContent-Type: application/octet-stream\r\n"
#define END "--Encrypted Boundary--\r\n"

enum { MAX_TEXT = 8192, N_SIGNATURE = 16 };

/* ---- the caller ---- */

struct caller {
    gss_OID mech;
    gss_name_t target;
    gss_cred_id_t creds;
    gss_ctx_id_t context;
};

static gss_buffer_desc buffer(char *text) {
    return (gss_buffer_desc){ strlen(text), text };
}

static void open_caller(struct caller *caller) {
    char oid[] = "{ 1 3 6 1 4 1 311 2 2 10 }";
    char user[] = "LAB\\tester";
    char password[] = "secret";
    char host[] = "HTTP@hv01";
    gss_buffer_desc oid_text = buffer(oid);
    gss_buffer_desc user_text = buffer(user);
    gss_buffer_desc password_text = buffer(password);
    gss_buffer_desc host_text = buffer(host);
    gss_name_t name = GSS_C_NO_NAME;
    gss_OID_set_desc mechs = { 1, NULL };
    OM_uint32 minor;

    *caller = (struct caller){ 0 };
    assert_int_equal(gss_str_to_oid(&minor, &oid_text, &caller->mech), 0);
    mechs.elements = caller->mech;
    assert_int_equal(gss_import_name(&minor, &user_text, GSS_C_NT_USER_NAME, &name), 0);
    assert_int_equal(gss_import_name(&minor, &host_text, GSS_C_NT_HOSTBASED_SERVICE, &caller->target), 0);
    WATCH_LEAKS(false);
    assert_int_equal(
        gss_acquire_cred_with_password(&minor, name, &password_text, 0, &mechs, GSS_C_INITIATE, &caller->creds, NULL, NULL), 0);
    WATCH_LEAKS(true);
    (void)gss_release_name(&minor, &name);
}

static void close_caller(struct caller *caller) {
    OM_uint32 minor;

    (void)gss_delete_sec_context(&minor, &caller->context, GSS_C_NO_BUFFER);
    (void)gss_release_cred(&minor, &caller->creds);
    (void)gss_release_name(&minor, &caller->target);
    (void)gss_release_oid(&minor, &caller->mech);
}

/* Takes "Negotiate BASE64" (NULL at first) and gives another; false when the answer is none. */
static bool step(struct caller *caller, const char *challenge, char header[MAX_TEXT]) {
    unsigned char bytes[MAX_TEXT];
    gss_buffer_desc in = { 0, bytes };
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    const OM_uint32 flags = GSS_C_INTEG_FLAG | GSS_C_CONF_FLAG | GSS_C_REPLAY_FLAG | GSS_C_SEQUENCE_FLAG;
    OM_uint32 minor;
    OM_uint32 major;
    int n;

    if (challenge) {
        const char *token = challenge + strlen("Negotiate ");
        n = EVP_DecodeBlock(bytes, (const unsigned char *)token, (int)strlen(token));
        in.length = n < 0 ? 0 : (size_t)n - (strlen(token) - strcspn(token, "="));
    }
    WATCH_LEAKS(false);
    major = gss_init_sec_context(&minor, caller->creds, &caller->context, caller->target, caller->mech, flags, 0, NULL,
                                 challenge ? &in : GSS_C_NO_BUFFER, NULL, &out, NULL, NULL);
    WATCH_LEAKS(true);
    n = snprintf(header, MAX_TEXT, "Negotiate ");
    (void)EVP_EncodeBlock((unsigned char *)header + n, out.value, (int)out.length);
    (void)gss_release_buffer(&minor, &out);
    return !GSS_ERROR(major);
}

static size_t seal(struct caller *caller, char body[MAX_TEXT]) {
    char text[] = IDENTIFY;
    gss_buffer_desc in = buffer(text);
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    size_t n = (size_t)snprintf(body, MAX_TEXT, HEAD, in.length);
    OM_uint32 minor;

    assert_int_equal(gss_wrap(&minor, caller->context, 1, 0, &in, NULL, &out), 0);
    memcpy(body + n, "\x10\0\0\0", 4);
    memcpy(body + n + 4, out.value, out.length);
    n += 4 + out.length;
    memcpy(body + n, END, strlen(END));
    (void)gss_release_buffer(&minor, &out);
    return n + strlen(END);
}

/* Whether the sealed answer to Identify could be read. */
static bool unseal(struct caller *caller, const struct sim_http_reply *reply) {
    char copy[MAX_TEXT];
    const size_t n = reply->body.len;
    const char *data;
    gss_buffer_desc in;
    gss_buffer_desc out = GSS_C_EMPTY_BUFFER;
    OM_uint32 minor;
    bool good;

    if (n <= strlen(HEAD) || n > sizeof(copy) || !reply->content_type || strcmp(reply->content_type, SPNEGO_TYPE) != 0)
        return false;
    memcpy(copy, reply->body.data, n);
    data = memmem(copy, n, "octet-stream\r\n", strlen("octet-stream\r\n"));
    assert_non_null(data);
    in.value = copy + (data - copy) + strlen("octet-stream\r\n") + 4;
    in.length = n - (size_t)((char *)in.value - copy) - strlen(END);
    good = gss_unwrap(&minor, caller->context, &in, &out, NULL, NULL) == GSS_S_COMPLETE &&
           memmem(out.value, out.length, "IdentifyResponse", strlen("IdentifyResponse"));
    (void)gss_release_buffer(&minor, &out);
    return good;
}

/* ---- the run ---- */

static struct sim_http_request request_of(struct sim_session *session, const char *authorization) {
    struct sim_http_request request = good_request("");

    request.authorization = authorization;
    request.session = session;
    request.tls = false;
    return request;
}

/* 0: it went well to the end. */
static int try_once(struct world *world, struct caller *caller, struct sim_session *session) {
    char header[MAX_TEXT];
    char body[MAX_TEXT];
    struct sim_http_request request = request_of(session, header);

    assert_true(step(caller, NULL, header));
    (void)handle(world, request);
    if (world->reply.status != 401 || !world->reply.challenge || !step(caller, world->reply.challenge, header))
        return 1;
    (void)handle(world, request);
    if (world->reply.status != 200)
        return 2;
    request = request_of(session, NULL);
    request.content_type = SPNEGO_TYPE;
    request.bytes = body;
    request.n_bytes = seal(caller, body);
    (void)handle(world, request);
    return world->reply.status == 200 && unseal(caller, &world->reply) ? 0 : 3;
}

static void memory_may_end_at_any_time_of_a_sign_in(void **state) {
    struct world *world = *state;
    long i = 0;
    int failed_at[4] = { 0 };

    for (bool more = true; more; i++) {
        struct sim_session session = { 0 };
        struct caller caller;
        int at;

        open_caller(&caller);
        scarce_countdown = i;
        at = try_once(world, &caller, &session);
        more = scarce_struck();
        failed_at[at]++;
        /* Whoever is signed in is the one who proved it. */
        if (session.caller.user)
            assert_string_equal(session.caller.user, "LAB\\tester");
        else
            assert_int_not_equal(at, 0);
        if (!more)
            assert_int_equal(at, 0);
        close_caller(&caller);
        sim_session_deinit(&session);
    }
    assert_true(failed_at[1] > 3 && failed_at[2] > 3 && failed_at[3] > 10);
}

static int setup_ntlm(void **state) {
    char path[] = "/tmp/hvsim-test-XXXXXX";
    static const char line[] = "LAB:tester:secret\n";
    struct sim_keys *keys = NULL;
    struct world *world;
    int fd;

    if (setup(state) < 0)
        return -1;
    world = *state;
    fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, line, sizeof(line) - 1) == (ssize_t)sizeof(line) - 1);
    (void)close(fd);
    (void)setenv("NTLM_USER_FILE", path, 1);
    (void)setenv("NETBIOS_COMPUTER_NAME", "HV01", 1);
    (void)setenv("NETBIOS_DOMAIN_NAME", "LAB", 1);
    assert_int_equal(sim_keys_new(false, &keys, NULL), 0);
    world->service.policy.offers = SIM_OFFER_NEGOTIATE;
    world->service.policy.keys = keys;
    return 0;
}

static int teardown_ntlm(void **state) {
    struct world *world = *state;
    struct sim_keys *keys = NULL;

    (void)unlink(getenv("NTLM_USER_FILE"));
    memcpy(&keys, &world->service.policy.keys, sizeof(keys));
    (void)sim_keys_free(keys);
    return teardown(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(memory_may_end_at_any_time_of_a_sign_in, setup_ntlm, teardown_ntlm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
