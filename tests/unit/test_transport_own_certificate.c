/* Signing in with a certificate: which files will do, and to whom it is shown, whatever becomes of the connection. */
#include <unistd.h>

#include "support/failmalloc.h"
#include "transport/tls.h"
#include "transport_client.h"

enum { DAY = 24 * 60 * 60 };

/* A certificate and the files of it. */
struct self {
    struct loopback_certificate made;
    char *file;
    char *key_file;
};

static struct loopback_certificate authority;
static struct loopback_certificate host;
static struct loopback_certificate other_host;
static char *authority_file;
static char *encrypted_file;
static struct self alice;
static struct self bob;
static struct self expired;
static struct self early;
static struct self for_servers;

static struct self make_self(long from, long to, const char *purpose) {
    struct self self = { .made = loopback_certificate("DNS:client.example", &authority, from, to) };

    loopback_certificate_limit(&self.made, &authority, purpose);
    self.file = loopback_certificate_file(&self.made);
    self.key_file = loopback_key_file(&self.made, NULL);
    return self;
}

static void self_free(struct self *self) {
    loopback_certificate_free(&self->made);
    unlink(self->file);
    unlink(self->key_file);
    free(self->file);
    free(self->key_file);
}

static void files_that_cannot_be_used_are_told_apart(void **state) {
    const struct {
        const char *file;
        const char *key;
        const char *password;
        int code;
        const char *words;
    } table[] = {
        { "/nonexistent", NULL, NULL, HV_E_ARGUMENT, "the certificate file \"/nonexistent\" cannot be read" },
        { alice.file, "/nonexistent", NULL, HV_E_ARGUMENT, "the key file \"/nonexistent\" cannot be read" },
        { alice.key_file, NULL, NULL, HV_E_ARGUMENT, "there is no certificate in" },
        { alice.file, NULL, NULL, HV_E_ARGUMENT, "there is no private key in" },
        { alice.file, bob.key_file, NULL, HV_E_ARGUMENT, "is not that of the certificate" },
        { alice.file, encrypted_file, NULL, HV_E_AUTH, "is encrypted, and there is no password" },
        { alice.file, encrypted_file, "wr0ng", HV_E_AUTH, "the password of the key in" },
        { expired.file, expired.key_file, NULL, HV_E_AUTH, "has expired" },
        { early.file, early.key_file, NULL, HV_E_AUTH, "is not valid yet" },
        { for_servers.file, for_servers.key_file, NULL, HV_E_AUTH, "is not made for signing in" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        struct hv_own_certificate *own = NULL;
        struct hv_error err = { 0 };

        assert_int_equal(hv_own_certificate_new(table[i].file, table[i].key, table[i].password, &own, &err), table[i].code);
        assert_null(own);
        assert_non_null(strstr(err.message, table[i].words));
        assert_true(err.remedy[0] != '\0');
        assert_null(strstr(err.message, "wr0ng"));
        assert_null(strstr(err.remedy, "wr0ng"));
    }
}

static void an_encrypted_key_is_opened(void **state) {
    struct hv_own_certificate *own = NULL;

    (void)state;
    assert_int_equal(hv_own_certificate_new(alice.file, encrypted_file, "s3cret", &own, NULL), 0);
    assert_non_null(own);
    (void)hv_own_certificate_free(own);
}

static int build(void *context) {
    struct hv_own_certificate *own = NULL;
    int r = hv_own_certificate_new(alice.file, alice.key_file, NULL, &own, NULL);

    (void)context;
    assert_true(r == 0 || !own);
    (void)hv_own_certificate_free(own);
    return r;
}

static void reading_survives_every_failure_of_memory(void **state) {
    (void)state;
    assert_true(failmalloc_each(build, NULL) > 0);
}

static void who_signs_in_by_a_certificate_must_have_one(void **state) {
    char name[] = "hv01";
    char url[] = "https://hv01:5986/wsman";
    const struct hv_address address = { .https = true, .host = name, .port = 5986, .url = url };
    const struct hv_host_options without = { .auth = HV_AUTH_CERTIFICATE };
    const struct hv_host_options key_alone = { .auth = HV_AUTH_CERTIFICATE, .client_key = alice.key_file };
    struct hv_endpoint *endpoint = NULL;
    struct hv_error err;

    (void)state;
    assert_int_equal(hv_endpoint_new(&address, &without, &endpoint, &err), HV_E_ARGUMENT);
    assert_string_equal(err.message, "there is no certificate to sign in with");
    assert_int_equal(hv_endpoint_new(&address, &key_alone, &endpoint, &err), HV_E_ARGUMENT);
    assert_non_null(strstr(err.remedy, "--cert"));
}

static struct hv_host_options options_of(const struct self *self) {
    return (struct hv_host_options){
        .auth = HV_AUTH_CERTIFICATE,
        .cacert = authority_file,
        .client_cert = self->file,
        .client_key = self->key_file,
    };
}

/* What the server was shown with its request number I. */
static void assert_shown(const struct loopback *server, size_t i, const struct self *self) {
    assert_true(i < server->n_requests);
    if (self) {
        assert_non_null(server->shown[i]);
        assert_int_equal(X509_cmp(server->shown[i], self->made.x509), 0);
    } else {
        assert_null(server->shown[i]);
    }
}

static void a_host_that_asks_at_once_is_shown_it(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_ANSWER, DO_HOLD } };
    static const int versions[] = { TLS1_2_VERSION, 0 };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct hv_transport *transport = client_transport();
        struct hv_endpoint *endpoint;
        struct loopback server;

        loopback_start_at(&server, &host, scripts, 1, versions[i]);
        server.asks = true;
        endpoint = client_endpoint(&server, "127.0.0.1", options_of(&alice));
        assert_int_equal(client_ask(transport, endpoint, true).code, 0);
        (void)hv_transport_free(transport);
        loopback_stop(&server);
        assert_shown(&server, 0, &alice);
        assert_non_null(strstr(server.requests[0],
                               "\r\nAuthorization: http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual\r\n"));
        loopback_forget(&server);
        (void)hv_endpoint_free(endpoint);
    }
}

/* Two requests to a server that asks in the middle of the second; the result of that one. */
static struct hv_result ask_twice(struct loopback *server, int version, const struct loopback_certificate *turns_into,
                                  const struct hv_host_options *options) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { DO_READ, DO_ANSWER, DO_READ, DO_ASK_CERTIFICATE, DO_ANSWER, DO_HOLD },
    };
    struct hv_transport *transport = client_transport();
    struct hv_endpoint *endpoint;
    struct hv_result result;

    loopback_start_at(server, &host, scripts, 1, version);
    server->turns_into = turns_into;
    endpoint = client_endpoint(server, "127.0.0.1", *options);
    assert_int_equal(client_ask(transport, endpoint, false).code, 0);
    result = client_ask(transport, endpoint, false);
    (void)hv_transport_free(transport);
    loopback_stop(server);
    (void)hv_endpoint_free(endpoint);
    return result;
}

static void a_host_that_asks_later_is_shown_it(void **state) {
    static const int versions[] = { TLS1_2_VERSION, TLS1_3_VERSION };
    const struct hv_host_options options = options_of(&alice);

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct loopback server;

        assert_int_equal(ask_twice(&server, versions[i], NULL, &options).code, 0);
        assert_int_equal(server.n_connections, 1);
        assert_shown(&server, 0, NULL);
        assert_shown(&server, 1, &alice);
        loopback_forget(&server);
    }
}

static void a_host_that_becomes_another_by_renegotiation_is_shown_nothing(void **state) {
    const struct hv_host_options options = options_of(&alice);
    struct loopback server;

    (void)state;
    assert_true(ask_twice(&server, TLS1_2_VERSION, &other_host, &options).code < 0);
    assert_shown(&server, 1, NULL);
    loopback_forget(&server);
}

static void without_a_certificate_nothing_is_renegotiated(void **state) {
    const struct hv_host_options options = { .auth = HV_AUTH_BASIC, .cacert = authority_file };
    struct loopback server;

    (void)state;
    assert_true(ask_twice(&server, TLS1_2_VERSION, NULL, &options).code < 0);
    loopback_forget(&server);
}

static void nobody_goes_by_the_connection_of_another(void **state) {
    static const enum loopback_step scripts[][LOOPBACK_MAX_STEPS] = {
        { DO_READ, DO_ANSWER, DO_HOLD },
        { DO_READ, DO_ANSWER, DO_HOLD },
        { DO_READ, DO_ANSWER, DO_HOLD },
    };
    static const int versions[] = { TLS1_2_VERSION, 0 };
    const struct hv_host_options nobody = { .auth = HV_AUTH_BASIC, .cacert = authority_file };

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct hv_transport *transport = client_transport();
        struct hv_endpoint *endpoints[3];
        struct loopback server;

        loopback_start_at(&server, &host, scripts, 3, versions[i]);
        server.asks = true;
        endpoints[0] = client_endpoint(&server, "127.0.0.1", options_of(&alice));
        endpoints[1] = client_endpoint(&server, "127.0.0.1", options_of(&bob));
        endpoints[2] = client_endpoint(&server, "127.0.0.1", nobody);
        for (size_t j = 0; j < 3; j++)
            assert_int_equal(client_ask(transport, endpoints[j], false).code, 0);
        (void)hv_transport_free(transport);
        loopback_stop(&server);
        assert_int_equal(server.n_requests, 3);
        assert_shown(&server, 0, &alice);
        assert_shown(&server, 1, &bob);
        assert_shown(&server, 2, NULL);
        loopback_forget(&server);
        for (size_t j = 0; j < 3; j++)
            (void)hv_endpoint_free(endpoints[j]);
    }
}

static int group_setup(void **state) {
    static const char names[] = "IP:127.0.0.1,DNS:localhost";

    authority = loopback_certificate(NULL, NULL, -DAY, DAY);
    host = loopback_certificate(names, &authority, -DAY, DAY);
    other_host = loopback_certificate(names, &authority, -DAY, DAY);
    authority_file = loopback_certificate_file(&authority);
    alice = make_self(-DAY, DAY, "clientAuth");
    bob = make_self(-DAY, DAY, "clientAuth,serverAuth");
    expired = make_self(-2 * DAY, -DAY, "clientAuth");
    early = make_self(DAY, 2 * DAY, "clientAuth");
    for_servers = make_self(-DAY, DAY, "serverAuth");
    encrypted_file = loopback_key_file(&alice.made, "s3cret");
    return client_group_setup(state);
}

static int group_teardown(void **state) {
    struct self *all[] = { &alice, &bob, &expired, &early, &for_servers };

    (void)state;
    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
        self_free(all[i]);
    loopback_certificate_free(&authority);
    loopback_certificate_free(&host);
    loopback_certificate_free(&other_host);
    unlink(authority_file);
    unlink(encrypted_file);
    free(authority_file);
    free(encrypted_file);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_that_cannot_be_used_are_told_apart),
        cmocka_unit_test(an_encrypted_key_is_opened),
        cmocka_unit_test(reading_survives_every_failure_of_memory),
        cmocka_unit_test(who_signs_in_by_a_certificate_must_have_one),
        cmocka_unit_test(a_host_that_asks_at_once_is_shown_it),
        cmocka_unit_test(a_host_that_asks_later_is_shown_it),
        cmocka_unit_test(a_host_that_becomes_another_by_renegotiation_is_shown_nothing),
        cmocka_unit_test(without_a_certificate_nothing_is_renegotiated),
        cmocka_unit_test(nobody_goes_by_the_connection_of_another),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
