/* Through a proxy: a tunnel that carries everything, a sign-in of its own, and failures that are told apart from the host's. */
#include "base/text.h"
#include "support/connect_proxy.h"
#include "transport_client.h"

enum { DAY = 24 * 60 * 60 };

static const enum loopback_step one_answer[][LOOPBACK_MAX_STEPS] = { { DO_READ, DO_ANSWER, DO_HOLD } };

/* base64 of "user:pass" */
static const char good_authorization[] = "Basic dXNlcjpwYXNz\r\n";
static const char host_authorization[] = "Basic RE9NXHVzZXI6czNjcmV0"; /* what the tests sign in to hosts with */

struct way {
    const struct loopback_certificate *certificate; /* of the host; NULL: plain */
    struct hv_host_options options;
    struct connect_proxy *proxy;
    bool in_environment; /* where the proxy's address stands */
    const char *info;    /* user and password in it, with "@" */
    size_t n_requests;
};

static struct hv_result ask(struct way *way) {
    struct hv_transport *transport = client_transport();
    struct hv_endpoint *endpoint;
    struct loopback server;
    struct hv_result result;
    char url[128];

    connect_proxy_start(way->proxy);
    (void)snprintf(url, sizeof(url), "http://%s127.0.0.1:%u", way->info ? way->info : "", way->proxy->port);
    if (way->in_environment)
        setenv("HTTPS_PROXY", url, 1);
    else
        way->options.proxy = url;
    way->options.auth = HV_AUTH_BASIC;
    loopback_start(&server, way->certificate, one_answer, 1);
    endpoint = client_endpoint(&server, "localhost", way->options);
    result = client_ask(transport, endpoint, true);
    (void)hv_transport_free(transport);
    loopback_stop(&server);
    connect_proxy_stop(way->proxy);
    way->n_requests = server.n_requests;
    loopback_forget(&server);
    (void)hv_endpoint_free(endpoint);
    unsetenv("HTTPS_PROXY");
    return result;
}

static struct loopback_certificate certificate;
static char *certificate_file;

static void assert_tunnel(struct way *way) {
    struct hv_result result = ask(way);

    assert_int_equal(result.code, 0);
    assert_int_equal(result.answer.status, 200);
    assert_int_equal(way->n_requests, 1);
    assert_int_equal(way->proxy->n_tunnels, 1);
    assert_true(hv_text_starts(way->proxy->heads[0], "CONNECT localhost:"));
    assert_null(strstr(way->proxy->heads[0], "\r\nAuthorization"));
    assert_null(strstr(way->proxy->heads[0], host_authorization));
    assert_null(strstr(way->proxy->heads[0], "soap"));
}

static void a_request_goes_through_the_tunnel(void **state) {
    struct connect_proxy proxy = { .authorization = NULL };
    struct way way = { .certificate = &certificate, .options = { .cacert = certificate_file }, .proxy = &proxy };
    struct way plain = { .proxy = &proxy };

    (void)state;
    assert_tunnel(&way);
    assert_null(strstr(proxy.heads[0], "Proxy-Authorization"));
    memset(&proxy, 0, sizeof(proxy));
    assert_tunnel(&plain);
    memset(&proxy, 0, sizeof(proxy));
    way.in_environment = true;
    way.options.proxy = NULL;
    assert_tunnel(&way);
}

static void the_proxy_is_signed_in_to_by_itself(void **state) {
    static const struct {
        const char *info;
        bool in_environment;
        const char *user;
        const char *password;
    } rows[] = {
        { NULL, false, "user", "pass" },        { NULL, true, "user", "pass" },          { "user@", false, NULL, "pass" },
        { "us%65r:p%61ss@", true, NULL, NULL }, { "other:word@", true, "user", "pass" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct connect_proxy proxy = { .authorization = good_authorization };
        struct way way = {
            .certificate = &certificate,
            .options = { .cacert = certificate_file, .proxy_user = rows[i].user, .proxy_password = rows[i].password },
            .proxy = &proxy,
            .in_environment = rows[i].in_environment,
            .info = rows[i].info,
        };
        assert_tunnel(&way);
    }
}

static void each_refusal_of_a_proxy_is_its_own(void **state) {
    static const struct {
        const char *refusal;
        const char *offer;
        const char *password;
        const char *message;
        const char *remedy;
        int status;
    } rows[] = {
        { NULL, NULL, NULL, "asks for a user and a password", "--proxy-password-file", 407 },
        { NULL, NULL, "wrong", "refuses the user or the password", "--proxy-password-file", 407 },
        { NULL, "Negotiate", NULL, "offers no sign-in that hvctl has", "NO_PROXY=localhost", 407 },
        { "502 Bad Gateway", NULL, NULL, "does not reach localhost, port ", "NO_PROXY=localhost", 502 },
        { "504 Gateway Timeout", NULL, NULL, "does not reach localhost, port ", "winrm enumerate", 504 },
        { "403 Forbidden", NULL, NULL, "forbids the way to localhost, port ", "allow CONNECT", 403 },
        { "500 Oops", NULL, NULL, "opens no way to localhost, port ", "NO_PROXY=localhost", 500 },
        { "401 Unauthorized", NULL, NULL, "opens no way to localhost, port ", "NO_PROXY=localhost", 401 },
        { "302 Found", NULL, NULL, "opens no way to localhost, port ", "NO_PROXY=localhost", 302 },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct connect_proxy proxy = { .authorization = good_authorization, .refusal = rows[i].refusal, .offer = rows[i].offer };
        struct way way = {
            .certificate = &certificate,
            .options = { .cacert = certificate_file,
                         .proxy_user = rows[i].password ? "user" : NULL,
                         .proxy_password = rows[i].password },
            .proxy = &proxy,
        };
        struct hv_result result = ask(&way);

        assert_int_equal(result.code, HV_E_UNREACHABLE);
        assert_int_equal(result.error.http_status, rows[i].status);
        assert_int_equal(result.error.source, HV_SOURCE_HTTP);
        assert_non_null(strstr(result.error.message, rows[i].message));
        assert_non_null(strstr(result.error.remedy, rows[i].remedy));
        assert_null(strstr(result.error.message, "wrong"));
        assert_false(result.left);
        assert_false(result.transient);
        assert_int_equal(way.n_requests, 0);
    }
}

static void a_proxy_that_hangs_up_is_not_the_host(void **state) {
    struct connect_proxy proxy = { .refusal = "" };
    struct way way = { .certificate = &certificate, .options = { .cacert = certificate_file }, .proxy = &proxy };
    struct hv_result result = ask(&way);

    (void)state;
    assert_int_equal(result.code, HV_E_UNREACHABLE);
    assert_string_equal(result.error.message, "cannot connect through the proxy");
    assert_non_null(strstr(result.error.remedy, "NO_PROXY=localhost"));
}

/* The host's own refusals keep their meaning behind a proxy. */
static void a_bad_certificate_is_the_hosts_fault_also_behind_a_proxy(void **state) {
    struct connect_proxy proxy = { .authorization = NULL };
    struct way way = { .certificate = &certificate, .proxy = &proxy };
    struct hv_result result = ask(&way);

    (void)state;
    assert_int_equal(result.code, HV_E_TLS);
    assert_int_equal(proxy.n_tunnels, 1);
}

static void no_proxy_and_the_empty_option_go_around(void **state) {
    struct connect_proxy proxy = { .refusal = "502 Bad Gateway" };
    struct way way = { .certificate = &certificate,
                       .options = { .cacert = certificate_file, .proxy = "" },
                       .proxy = &proxy,
                       .in_environment = true };
    struct hv_result result = ask(&way);

    (void)state;
    assert_int_equal(result.code, 0);
    setenv("NO_PROXY", "other.example,localhost", 1);
    way.options.proxy = NULL;
    result = ask(&way);
    assert_int_equal(result.code, 0);
    way.in_environment = false;
    result = ask(&way);
    assert_int_equal(result.code, 0);
    unsetenv("NO_PROXY");
    assert_int_equal(proxy.n_heads, 0);
}

static void what_is_no_proxy_is_refused_without_its_secret(void **state) {
    static const char *const wrong[] = { "https://proxy:1",    "socks5://proxy:1",         "http://",
                                         "http://us er@proxy", "http://user:s3cret@proxy", "user:s3cret@proxy:3128",
                                         "http://proxy/path",  "http://pro xy:1",          "http://user:s3cret@:3128/x" };
    char host[] = "hv01";
    char url[] = "https://hv01:5986/wsman";
    const struct hv_address address = { .https = true, .host = host, .port = 5986, .url = url };
    (void)state;

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const struct hv_host_options options = { .auth = HV_AUTH_NONE, .proxy = wrong[i] };
        struct hv_endpoint *endpoint = NULL;
        struct hv_error err = { 0 };
        int r = hv_endpoint_new(&address, &options, &endpoint, &err);

        if (strstr(wrong[i], "us er")) { /* RFC 7617 allows it */
            assert_int_equal(r, 0);
            (void)hv_endpoint_free(endpoint);
            continue;
        }
        assert_int_equal(r, HV_E_ARGUMENT);
        assert_null(strstr(err.message, "s3cret"));
        assert_null(endpoint);
    }
}

static int group_setup(void **state) {
    certificate = loopback_certificate("DNS:localhost", NULL, -DAY, DAY);
    certificate_file = loopback_certificate_file(&certificate);
    return client_group_setup(state);
}

static int group_teardown(void **state) {
    (void)state;
    loopback_certificate_free(&certificate);
    (void)remove(certificate_file);
    free(certificate_file);
    return 0;
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_request_goes_through_the_tunnel),
        cmocka_unit_test(the_proxy_is_signed_in_to_by_itself),
        cmocka_unit_test(each_refusal_of_a_proxy_is_its_own),
        cmocka_unit_test(a_proxy_that_hangs_up_is_not_the_host),
        cmocka_unit_test(a_bad_certificate_is_the_hosts_fault_also_behind_a_proxy),
        cmocka_unit_test(no_proxy_and_the_empty_option_go_around),
        cmocka_unit_test(what_is_no_proxy_is_refused_without_its_secret),
    };

    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
