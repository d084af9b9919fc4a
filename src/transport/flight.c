/*
 * One request on its way (wsman.md 6.2; gssapi.md 8). Whatever happens to the connection before the request itself leaves, the
 * sign-in starts over on a new one. Once it has left, only a request that may be repeated is sent again.
 */
#include "transport/flight.h"

#include <string.h>

#include "base/base64.h"
#include "base/error.h"
#include "transport/gss.h"
#include "transport/refusal.h"
#include "transport/sealing.h"

enum {
    HEADER_MAX_BYTES = HV_GSS_TOKEN_MAX_BYTES / 3 * 4 + 64,
    HTTP_UNAUTHORIZED = 401,
    HTTP_FORBIDDEN = 403,
};

static const char soap[] = "application/soap+xml;charset=UTF-8";

int hv_flight_new(const struct hv_request *request, uint64_t connect_timeout_ms, struct hv_session *session,
                  struct hv_flight **ret_flight, struct hv_error *err) {
    struct hv_flight *flight = calloc(1, sizeof(*flight));

    if (!flight)
        return hv_error_memory(err);
    flight->request = *request;
    flight->connect_timeout_ms = connect_timeout_ms;
    flight->session = session;
    flight->sign_in_ms = request->timeout_ms;
    flight->result.user = request->user;
    hv_buf_init(&flight->header, HEADER_MAX_BYTES);
    hv_buf_init(&flight->sealed, HV_SEALING_MAX_BYTES);
    hv_buf_init(&flight->plain, HV_ANSWER_MAX_BYTES);
    hv_buf_init(&flight->failures, HV_ERROR_TEXT_SIZE);
    *ret_flight = flight;
    return 0;
}

struct hv_flight *hv_flight_free(struct hv_flight *flight) {
    if (flight) {
        (void)hv_transfer_free(flight->transfer);
        (void)hv_turn_free(flight->turn);
        hv_buf_deinit_secret(&flight->header);
        hv_buf_deinit(&flight->sealed);
        hv_buf_deinit(&flight->plain);
        hv_buf_deinit(&flight->failures);
        free(flight);
    }
    return NULL;
}

/* Who was refused at the first attempt is not tried again with the same credentials. */
static void close_session(struct hv_session *session, const struct hv_error *err) {
    session->signed_in = false;
    session->chosen = false;
    session->tried = 0;
    if (err->code != HV_E_AUTH || session->has_signed_in || session->refusal)
        return;
    session->refusal = malloc(sizeof(*session->refusal));
    if (session->refusal)
        *session->refusal = *err;
}

/* The end, with what ERR says. */
static enum hv_flight_next fail(struct hv_flight *flight, const struct hv_error *err) {
    struct hv_result *result = &flight->result;

    result->error = *err;
    result->left = flight->has_left;
    if (result->left && flight->request.at_most_once)
        result->error.code = HV_E_LOST;
    result->code = result->error.code;
    if (flight->session)
        close_session(flight->session, &result->error);
    return HV_FLIGHT_END;
}

/* Makes LEG the present transfer. */
static enum hv_flight_next launch(struct hv_flight *flight, enum hv_flight_state state, struct hv_leg *leg) {
    struct hv_error error = { 0 };

    leg->endpoint = flight->request.endpoint;
    leg->connect_timeout_ms = flight->connect_timeout_ms;
    flight->state = state;
    flight->transfer = hv_transfer_free(flight->transfer);
    if (hv_transfer_new(leg, flight, &flight->transfer, &error) < 0)
        return fail(flight, &error);
    return HV_FLIGHT_SEND;
}

/* Complete in one: anonymous, or with a header that needs no exchange. */
static enum hv_flight_next ask_by_header(struct hv_flight *flight, enum hv_auth scheme) {
    const struct hv_request *request = &flight->request;
    struct hv_error error = { 0 };
    struct hv_leg leg = {
        .bytes = request->bytes,
        .n_bytes = request->n_bytes,
        .content_type = soap,
        .timeout_ms = request->timeout_ms,
        .at_most_once = request->at_most_once,
        .fresh = flight->fresh,
    };

    hv_buf_reset(&flight->header);
    if (request->anonymous)
        hv_buf_puts(&flight->header, "WSMANIDENTIFY: unauthenticated");
    else if (hv_login_write(hv_endpoint_login(request->endpoint), scheme, &flight->header, &error) < 0)
        return fail(flight, &error);
    leg.header = hv_buf_text(&flight->header);
    return launch(flight, HV_FLIGHT_ASKING, &leg);
}

/* On http:// nothing readable leaves. */
static enum hv_flight_next ask_sealed(struct hv_flight *flight, struct hv_leg *leg) {
    HV_CLEANUP_BUF struct hv_buf type = HV_BUF_INIT(HV_SEAL_TYPE_MAX_BYTES);
    struct hv_error error = { 0 };

    hv_buf_reset(&flight->sealed);
    if (hv_sealing_seal(flight->session->mech, leg->bytes, leg->n_bytes, soap, &type, &flight->sealed, &error) < 0)
        return fail(flight, &error);
    leg->bytes = flight->sealed.data;
    leg->n_bytes = flight->sealed.len;
    leg->content_type = hv_buf_text(&type);
    return launch(flight, HV_FLIGHT_ASKING, leg);
}

static enum hv_flight_next ask(struct hv_flight *flight) {
    const struct hv_request *request = &flight->request;
    struct hv_leg leg = {
        .session = flight->session,
        .bound = true,
        .bytes = request->bytes,
        .n_bytes = request->n_bytes,
        .content_type = soap,
        .timeout_ms = request->timeout_ms,
        .at_most_once = request->at_most_once,
    };

    if (hv_session_seals(flight->session))
        return ask_sealed(flight, &leg);
    return launch(flight, HV_FLIGHT_ASKING, &leg);
}

/* An empty request of the sign-in, with HEADER if there is one. */
static enum hv_flight_next knock(struct hv_flight *flight, enum hv_flight_state state, const char *header) {
    struct hv_leg leg = {
        .session = flight->session,
        .bound = flight->session->local_port != 0,
        .bytes = "",
        .content_type = soap,
        .header = header,
        .timeout_ms = flight->sign_in_ms,
    };

    return launch(flight, state, &leg);
}

static enum hv_flight_next take_turn(struct hv_flight *flight, const void *in, size_t n_in) {
    struct hv_error error = { 0 };

    if (++flight->n_legs > HV_FLIGHT_MAX_LEGS) {
        (void)hv_error_set(&error, HV_E_PROTOCOL, "the sign-in takes more than %d turns", HV_FLIGHT_MAX_LEGS);
        return fail(flight, &error);
    }
    flight->state = HV_FLIGHT_TURNING;
    if (hv_turn_new(in, n_in, flight, &flight->turn, &error) < 0)
        return fail(flight, &error);
    flight->turn->mech = flight->session->mech;
    flight->session->mech = NULL;
    return HV_FLIGHT_TURN;
}

static enum hv_flight_next choose(struct hv_flight *flight);

/* The scheme at hand will not do, for the reason ERR. */
static enum hv_flight_next give_up_scheme(struct hv_flight *flight, const struct hv_error *err) {
    struct hv_session *session = flight->session;
    struct hv_error error = { 0 };

    if (flight->n_failures++ == 0)
        flight->failure = *err;
    hv_buf_printf(&flight->failures, "%s%s: %s", flight->failures.len ? "; " : "", hv_auth_name(session->choice.scheme),
                  err->message);
    if (err->code == HV_E_MEMORY || err->code == HV_E_INTERNAL)
        return fail(flight, err);
    session->tried |= 1U << session->choice.scheme;
    flight->transfer = hv_transfer_free(flight->transfer);
    if (hv_session_renew(session, &error) < 0)
        return fail(flight, &error);
    return choose(flight);
}

static enum hv_flight_next begin_scheme(struct hv_flight *flight) {
    struct hv_session *session = flight->session;
    struct hv_error error = { 0 };

    if (session->choice.inner == HV_AUTH_BASIC || session->choice.inner == HV_AUTH_CERTIFICATE) {
        session->signed_in = true;
        return ask_by_header(flight, session->choice.inner);
    }
    if (hv_session_begin(session, &error) < 0)
        return give_up_scheme(flight, &error);
    return take_turn(flight, NULL, 0);
}

static enum hv_flight_next choose(struct hv_flight *flight) {
    struct hv_session *session = flight->session;
    const struct hv_login *login = hv_endpoint_login(session->endpoint);
    struct hv_error error = { 0 };

    session->chosen = hv_choice_next(login, &session->offered, session->tried, &session->choice) == 1;
    if (session->chosen)
        return begin_scheme(flight);
    if (flight->n_failures == 0) {
        (void)hv_choice_explain(login, &session->offered, &error);
        return fail(flight, &error);
    }
    error = flight->failure;
    if (flight->n_failures > 1)
        hv_refusal_sum_up(hv_buf_text(&flight->failures), &error);
    return fail(flight, &error);
}

/* From the start, on a new connection. What the host offers is asked once. */
static enum hv_flight_next sign_in(struct hv_flight *flight) {
    struct hv_session *session = flight->session;
    struct hv_error error = { 0 };

    flight->transfer = hv_transfer_free(flight->transfer);
    flight->n_sign_ins++;
    flight->n_legs = 0;
    flight->let_in = false;
    if (hv_session_renew(session, &error) < 0)
        return fail(flight, &error);
    return session->chosen ? begin_scheme(flight) : knock(flight, HV_FLIGHT_PROBING, NULL);
}

static enum hv_flight_next go_on(struct hv_flight *flight) {
    const struct hv_session *session = flight->session;

    if (session->mech)
        return ask(flight);
    return ask_by_header(flight, session->choice.inner);
}

enum hv_flight_next hv_flight_begin(struct hv_flight *flight) {
    if (!flight->session)
        return ask_by_header(flight, hv_endpoint_login(flight->request.endpoint)->schemes[0]);
    return flight->session->signed_in ? go_on(flight) : sign_in(flight);
}

static enum hv_flight_next explain_transfer(struct hv_flight *flight, CURLcode code) {
    struct hv_result *result = &flight->result;
    struct hv_error error;

    result->left = flight->has_left;
    hv_transfer_explain(flight->transfer, code, result);
    error = result->error;
    if (flight->state != HV_FLIGHT_ASKING && flight->transfer->swapped)
        (void)hv_refusal_restless(&error);
    else if (flight->state != HV_FLIGHT_ASKING && flight->transfer->n_departures > 0)
        hv_error_prefix(&error, "signing in");
    return fail(flight, &error);
}

/* Something happened to the connection while signing in. The request has not left, so there is nothing against another try. */
static enum hv_flight_next lose_sign_in(struct hv_flight *flight, CURLcode code) {
    const struct hv_transfer *transfer = flight->transfer;
    bool broke = transfer->n_departures > 0 && (code == CURLE_GOT_NOTHING || code == CURLE_SEND_ERROR ||
                                                code == CURLE_RECV_ERROR || code == CURLE_PARTIAL_FILE);

    if (transfer->other_identity) {
        flight->session->has_binding = false;
        flight->session->chosen = false;
    } else if (!transfer->swapped && !broke) {
        return explain_transfer(flight, code);
    }
    if (flight->n_sign_ins < HV_FLIGHT_MAX_SIGN_INS)
        return sign_in(flight);
    return explain_transfer(flight, code);
}

static enum hv_flight_next lose_request(struct hv_flight *flight, CURLcode code) {
    const struct hv_transfer *transfer = flight->transfer;
    bool may_repeat = !flight->request.at_most_once || !flight->has_left;

    if (flight->session)
        flight->session->signed_in = false;
    /* It was another's connection, so nothing has left. */
    if (transfer->check.refusal == HV_TLS_REFUSED_OTHERS && !flight->session && !flight->fresh) {
        flight->fresh = true;
        return hv_flight_begin(flight);
    }
    if (transfer->swapped && may_repeat && flight->n_sign_ins < HV_FLIGHT_MAX_SIGN_INS)
        return sign_in(flight);
    return explain_transfer(flight, code);
}

/* A host that stops in the middle of a sign-in says so by a status: 404 for a wrong path, 503 when it is not up yet. */
static enum hv_flight_next stray(struct hv_flight *flight, int status) {
    struct hv_error error = { 0 };

    (void)hv_refusal_stray(status, &error);
    flight->result.transient = status == 503;
    return fail(flight, &error);
}

static enum hv_flight_next handle_probe(struct hv_flight *flight, int status) {
    struct hv_session *session = flight->session;

    if (status != HTTP_UNAUTHORIZED)
        return stray(flight, status);
    hv_challenges_deinit(&session->offered);
    session->offered = flight->transfer->offered;
    flight->transfer->offered = (struct hv_challenges)HV_CHALLENGES_INIT;
    return choose(flight);
}

static enum hv_flight_next refuse(struct hv_flight *flight) {
    struct hv_error error = { 0 };

    (void)hv_refusal_explain(flight->session, &error);
    return give_up_scheme(flight, &error);
}

static enum hv_flight_next accept_sign_in(struct hv_flight *flight) {
    flight->session->signed_in = true;
    flight->session->has_signed_in = true;
    flight->session->tried = 0;
    return ask(flight);
}

static enum hv_flight_next handle_token(struct hv_flight *flight, const char *token) {
    HV_CLEANUP_BUF struct hv_buf bytes = HV_BUF_INIT(HV_GSS_TOKEN_MAX_BYTES);
    struct hv_error error = { 0 };
    bool good = !token[0] || hv_base64_decode(token, strlen(token), &bytes);

    if (hv_buf_finish(&bytes, "the host's token", &error) < 0)
        return give_up_scheme(flight, &error);
    if (good)
        return take_turn(flight, bytes.data, bytes.len);
    (void)hv_error_set(&error, HV_E_PROTOCOL, "the host's token is no base64");
    return give_up_scheme(flight, &error);
}

static enum hv_flight_next handle_talk(struct hv_flight *flight, int status) {
    struct hv_session *session = flight->session;
    const char *token = hv_challenges_token(&flight->transfer->offered, session->choice.offer);

    flight->let_in = status != HTTP_UNAUTHORIZED;
    if (session->mech_done && flight->let_in)
        return accept_sign_in(flight);
    /* CredSSP has words for every way of refusal, with a token or without. */
    if (session->choice.inner == HV_AUTH_CREDSSP)
        return handle_token(flight, token ? token : "");
    if (token && !session->mech_done)
        return handle_token(flight, token);
    return flight->let_in ? stray(flight, status) : refuse(flight);
}

/* The answer to an encrypted request, in plain. */
static enum hv_flight_next open_answer(struct hv_flight *flight) {
    struct hv_answer *answer = &flight->result.answer;
    struct hv_error error = { 0 };

    hv_buf_reset(&flight->plain);
    if (hv_sealing_open(flight->session->mech, answer, flight->plain_type, &flight->plain, &error) < 0) {
        flight->result.answer = (struct hv_answer){ .status = 0 };
        return fail(flight, &error);
    }
    answer->bytes = hv_buf_text(&flight->plain);
    answer->n_bytes = flight->plain.len;
    answer->content_type = flight->plain_type;
    return HV_FLIGHT_END;
}

/* Basic needs no word of the host before, so that only the refusal tells what the host would have taken. */
static bool was_not_offered(const struct hv_flight *flight, int status) {
    const struct hv_challenges *offered = &flight->transfer->offered;
    const struct hv_login *login = hv_endpoint_login(flight->request.endpoint);

    return status == HTTP_UNAUTHORIZED && !flight->session && !flight->request.anonymous && offered->n_items > 0 &&
           login->schemes[0] == HV_AUTH_BASIC && !hv_challenges_find(offered, "Basic");
}

/* WinRM answers 401 or 403 before it looks at a request whose certificate it does not take. */
static bool was_certificate_refused(const struct hv_flight *flight, int status) {
    const struct hv_session *session = flight->session;
    bool by_certificate = session ? session->choice.inner == HV_AUTH_CERTIFICATE && !session->mech
                                  : hv_endpoint_login(flight->request.endpoint)->schemes[0] == HV_AUTH_CERTIFICATE;

    return by_certificate && !flight->request.anonymous && (status == HTTP_UNAUTHORIZED || status == HTTP_FORBIDDEN);
}

static enum hv_flight_next refuse_certificate(struct hv_flight *flight, int status) {
    struct hv_error error = { 0 };

    flight->has_left = false;
    (void)hv_refusal_certificate(status, &error);
    return flight->session ? give_up_scheme(flight, &error) : fail(flight, &error);
}

static enum hv_flight_next handle_answer(struct hv_flight *flight, int status) {
    struct hv_session *session = flight->session;
    struct hv_error error = { 0 };

    if (was_certificate_refused(flight, status))
        return refuse_certificate(flight, status);
    if (was_not_offered(flight, status)) {
        flight->has_left = false; /* the host has not looked at it */
        (void)hv_choice_explain(hv_endpoint_login(flight->request.endpoint), &flight->transfer->offered, &error);
        return fail(flight, &error);
    }
    flight->result.left = true;
    flight->result.answer = hv_transfer_answer(flight->transfer);
    if (session && session->mech && status == HTTP_UNAUTHORIZED) {
        /* The host forgot us, and has not looked at the request. */
        session->signed_in = false;
        return flight->n_sign_ins == 0 && !flight->request.at_most_once ? sign_in(flight) : HV_FLIGHT_END;
    }
    return session && hv_session_seals(session) ? open_answer(flight) : HV_FLIGHT_END;
}

enum hv_flight_next hv_flight_on_transfer(struct hv_flight *flight, CURLcode code) {
    uint64_t took_ms = hv_transfer_took_ms(flight->transfer);
    int status;

    if (flight->state == HV_FLIGHT_ASKING) {
        flight->has_left = flight->has_left || flight->transfer->n_departures > 0;
        if (code != CURLE_OK)
            return lose_request(flight, code);
        return handle_answer(flight, hv_transfer_status(flight->transfer));
    }
    flight->sign_in_ms -= took_ms < flight->sign_in_ms ? took_ms : flight->sign_in_ms;
    if (code != CURLE_OK)
        return lose_sign_in(flight, code);
    status = hv_transfer_status(flight->transfer);
    return flight->state == HV_FLIGHT_PROBING ? handle_probe(flight, status) : handle_talk(flight, status);
}

static enum hv_flight_next send_token(struct hv_flight *flight, const struct hv_buf *token) {
    struct hv_error error = { 0 };

    hv_buf_reset(&flight->header);
    hv_buf_printf(&flight->header, "Authorization: %s ", flight->session->choice.offer);
    hv_base64_encode(token->data, token->len, &flight->header);
    if (hv_buf_finish(&flight->header, "the Authorization header", &error) < 0)
        return fail(flight, &error);
    return knock(flight, HV_FLIGHT_TALKING, hv_buf_text(&flight->header));
}

enum hv_flight_next hv_flight_on_turn(struct hv_flight *flight) {
    HV_CLEANUP(hv_turn_free) struct hv_turn *turn = flight->turn;
    struct hv_session *session = flight->session;

    flight->turn = NULL;
    session->mech = turn->mech;
    turn->mech = NULL;
    /* What the host said ended it, and not Kerberos, which has words for why. */
    if (turn->result == HV_E_AUTH && turn->in.len > 0 && turn->error.source == HV_SOURCE_NONE)
        return refuse(flight);
    if (turn->result < 0)
        return give_up_scheme(flight, &turn->error);
    session->mech_done = turn->result == 0;
    if (session->mech_done && (flight->let_in || turn->out.len == 0))
        return accept_sign_in(flight);
    if (turn->out.len > 0 && !flight->let_in)
        return send_token(flight, &turn->out);
    return stray(flight, 0);
}
