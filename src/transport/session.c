/* A connection that somebody is signed in on. */
#include "transport/session.h"

#include "base/error.h"
#include "transport/credssp.h"
#include "transport/gss.h"
#include "transport/tls.h"

static CURLSH *new_pool(void) {
    CURLSH *pool = curl_share_init();

    if (pool && curl_share_setopt(pool, CURLSHOPT_SHARE, CURL_LOCK_DATA_CONNECT) == CURLSHE_OK)
        return pool;
    (void)curl_share_cleanup(pool);
    return NULL;
}

int hv_session_new(const struct hv_endpoint *endpoint, struct hv_session **ret_session, struct hv_error *err) {
    struct hv_session *session = calloc(1, sizeof(*session));

    if (!session)
        return hv_error_memory(err);
    session->endpoint = endpoint;
    session->pool = new_pool();
    if (!session->pool) {
        free(session);
        return hv_error_memory(err);
    }
    *ret_session = session;
    return 0;
}

struct hv_session *hv_session_free(struct hv_session *session) {
    if (session) {
        (void)hv_mech_free(session->mech);
        free(session->refusal);
        hv_challenges_deinit(&session->offered);
        (void)curl_share_cleanup(session->pool);
        free(session);
    }
    return NULL;
}

int hv_session_renew(struct hv_session *session, struct hv_error *err) {
    CURLSH *pool = new_pool();

    session->mech = hv_mech_free(session->mech);
    session->signed_in = false;
    session->mech_done = false;
    session->local_port = 0;
    if (!pool)
        return hv_error_memory(err);
    (void)curl_share_cleanup(session->pool);
    session->pool = pool;
    return 0;
}

/* CredSSP is sealed within its own TLS, so what its certificate must be is checked there too (wsman.md 6.5). */
static int begin_credssp(struct hv_session *session, const struct hv_login *login, struct hv_error *err) {
    const struct hv_credssp_options options = {
        .inner = HV_AUTH_NEGOTIATE,
        .user = login->user,
        .password = login->password,
        .service = login->service,
        .host = login->host,
        .policy = hv_endpoint_pins(session->endpoint),
    };

    return hv_credssp_new(&options, &session->mech, err);
}

static int begin_gss(struct hv_session *session, const struct hv_login *login, struct hv_error *err) {
    const struct hv_gss_options options = {
        .scheme = session->choice.inner,
        .user = login->user,
        .password = login->password,
        .keytab = login->keytab,
        .service = login->service,
        .host = login->host,
        .only_kerberos = session->choice.only_kerberos,
        .delegate = login->delegate,
        .binding = session->binding.bytes,
        .n_binding = session->has_binding && login->binds ? session->binding.n_bytes : 0,
    };

    return hv_gss_mech_new(&options, &session->mech, err);
}

int hv_session_begin(struct hv_session *session, struct hv_error *err) {
    const struct hv_login *login = hv_endpoint_login(session->endpoint);

    session->mech = hv_mech_free(session->mech);
    session->mech_done = false;
    if (session->choice.inner == HV_AUTH_CREDSSP)
        return begin_credssp(session, login, err);
    return begin_gss(session, login, err);
}

bool hv_session_seals(const struct hv_session *session) {
    return !hv_endpoint_tls(session->endpoint) && session->mech;
}
