/* Sign-in of one TCP connection. */
#include "session.h"

#include <stdio.h>
#include <string.h>

#include "acceptor.h"
#include "auth.h"
#include "base/size.h"
#include "base/text.h"
#include "base64.h"
#include "credssp.h"
#include "sealed.h"
#include "winrm.h"

enum { MAX_TOKEN = 128 * 1024 };

#define STATUS_ACCOUNT_LOCKED_OUT 0xC0000234U

void sim_session_forget(struct sim_session *session) {
    session->acceptor = sim_acceptor_free(session->acceptor);
    session->credssp = sim_credssp_free(session->credssp);
    session->talk = SIM_TALK_NONE;
    session->is_signed_in = false;
    session->is_bound = false;
    session->is_delegated = false;
    session->has_certificate = false;
    session->caller = (struct sim_caller){ 0 };
    free(session->user);
    session->user = NULL;
    session->leg = 0;
}

void sim_session_deinit(struct sim_session *session) {
    sim_session_forget(session);
    hv_buf_deinit(&session->plain);
    free(session->plain_type);
    session->plain_type = NULL;
}

static enum sim_entry refuse(struct sim_session *session, const char *why) {
    const unsigned leg = session->leg;

    (void)snprintf(session->reason, sizeof(session->reason), "%s", why);
    sim_session_forget(session);
    session->leg = leg;
    return SIM_ENTRY_UNAUTHORIZED;
}

static bool set_user(struct sim_session *session, const char *user, enum sim_scheme scheme) {
    char *copy = NULL;

    if (hv_text_copy(user, &copy, NULL) < 0 || !copy)
        return false;
    free(session->user);
    session->user = copy;
    session->caller = (struct sim_caller){ .user = copy, .scheme = scheme };
    return true;
}

/* ---- Basic ---- */

static enum sim_entry enter_basic(struct sim_session *session, const struct sim_service *service,
                                  const struct sim_http_request *request) {
    const struct sim_user *user = sim_users_check(service->users, request->authorization);

    sim_session_forget(session);
    if (!(service->policy.offers & SIM_OFFER_BASIC))
        return refuse(session, "Basic is not offered");
    if (!request->tls && !service->policy.allow_unencrypted)
        return refuse(session, "Basic over http");
    if (!user || !set_user(session, user->name, SIM_SCHEME_BASIC))
        return refuse(session, "unknown user or wrong password");
    return SIM_ENTRY_IN;
}

/* ---- certificates ---- */

#define CERTIFICATE_SCHEME "http://schemas.dmtf.org/wbem/wsman/1/wsman/secprofile/https/mutual"

static enum sim_entry enter_certificate(struct sim_session *session, const struct sim_service *service,
                                        const struct sim_http_request *request) {
    const char *wrong;

    sim_session_forget(session);
    if (!(service->policy.offers & SIM_OFFER_CERTIFICATE) || !request->tls)
        return refuse(session, "certificates are not offered here");
    wrong = sim_client_check(service->policy.client_ca, request->client_cert, request->n_client_cert, &session->client);
    if (wrong) {
        (void)refuse(session, wrong);
        return SIM_ENTRY_FORBIDDEN;
    }
    session->has_certificate = true;
    session->caller = (struct sim_caller){ .scheme = SIM_SCHEME_CERTIFICATE };
    return SIM_ENTRY_IN;
}

bool sim_session_map(struct sim_session *session, const struct sim_service *service, const char *uri) {
    const struct sim_certmaps *maps = service->policy.certmaps;
    const struct sim_certmap *map = maps ? sim_certmaps_find(maps, &session->client, uri) : NULL;

    if (map)
        return set_user(session, map->user, SIM_SCHEME_CERTIFICATE);
    (void)snprintf(session->reason, sizeof(session->reason), "no mapping, or several, for the certificate of %s",
                   session->client.name);
    return false;
}

/* ---- handshakes ---- */

static const struct talk {
    const char *scheme;
    unsigned offers; /* any of them */
} talks[] = {
    [SIM_TALK_NEGOTIATE] = { "Negotiate", SIM_OFFER_NEGOTIATE | SIM_OFFER_NTLM },
    [SIM_TALK_KERBEROS] = { "Kerberos", SIM_OFFER_KERBEROS },
    [SIM_TALK_CREDSSP] = { "CredSSP", SIM_OFFER_CREDSSP },
};

static enum sim_talk find_talk(const char *authorization, const char **ret_token) {
    for (size_t i = SIM_TALK_NEGOTIATE; i < HV_ARRAY_SIZE(talks); i++) {
        const size_t n = strlen(talks[i].scheme);
        if (!hv_text_starts_same(authorization, talks[i].scheme) || (authorization[n] && authorization[n] != ' '))
            continue;
        *ret_token = authorization + n + strspn(authorization + n, " ");
        return (enum sim_talk)i;
    }
    return SIM_TALK_NONE;
}

static enum sim_mechs mechs_of(const struct sim_policy *policy, enum sim_talk talk) {
    if (talk == SIM_TALK_KERBEROS)
        return SIM_MECHS_KERBEROS;
    if (talk == SIM_TALK_CREDSSP)
        return SIM_MECHS_ANY;
    return policy->offers & SIM_OFFER_NEGOTIATE ? SIM_MECHS_ANY : SIM_MECHS_NTLM;
}

static bool begin(struct sim_session *session, const struct sim_service *service, const struct sim_http_request *request,
                  enum sim_talk talk) {
    const struct sim_policy *policy = &service->policy;
    /* There is nothing to bind to without TLS; CredSSP proves the key of the TLS within itself. */
    const bool is_binding = request->tls && policy->cbt != SIM_CBT_NONE && talk != SIM_TALK_CREDSSP;
    const struct sim_acceptor_options options = { .keys = policy->keys,
                                                  .mechs = mechs_of(policy, talk),
                                                  .binding = is_binding ? policy->binding : NULL,
                                                  .n_binding = is_binding ? policy->n_binding : 0,
                                                  .binding_required = is_binding && policy->cbt == SIM_CBT_STRICT,
                                                  .host = service->host };

    sim_session_forget(session);
    session->talk = talk;
    if (talk == SIM_TALK_CREDSSP) {
        const struct sim_credssp_options credssp = {
            .host = policy->credssp, .version = policy->credssp_version, .users = service->users, .acceptor = options
        };
        session->credssp = sim_credssp_new(&credssp);
    } else {
        session->acceptor = sim_acceptor_new(&options);
    }
    return session->acceptor || session->credssp;
}

static void write_challenge(enum sim_talk talk, const struct hv_buf *token, struct hv_buf *challenge) {
    if (token->len == 0)
        return;
    hv_buf_printf(challenge, "%s ", talks[talk].scheme);
    sim_base64_encode(token->data, token->len, challenge);
}

/* The caller has proved who he is: from here on the connection is his. */
static enum sim_entry accept_caller(struct sim_session *session) {
    const struct sim_acceptor *acceptor = session->acceptor;
    bool good;

    if (session->credssp)
        good = set_user(session, sim_credssp_user(session->credssp), SIM_SCHEME_CREDSSP);
    else
        good = set_user(session, sim_acceptor_user(acceptor),
                        sim_acceptor_is_kerberos(acceptor) ? SIM_SCHEME_KERBEROS : SIM_SCHEME_NTLM);
    if (!good)
        return refuse(session, "out of memory");
    session->is_bound = acceptor && sim_acceptor_is_bound(acceptor);
    session->is_delegated = !acceptor || sim_acceptor_is_delegated(acceptor);
    session->is_signed_in = true;
    return SIM_ENTRY_IN;
}

/* Everything was right, but it was asked for that it be refused. */
static bool refuse_armed(struct sim_session *session, const struct sim_service *service, struct hv_buf *challenge) {
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(MAX_TOKEN);
    const struct sim_arm *arm = service->arms ? sim_arms_hit_leg(service->arms, sim_host_name(service->host), 0) : NULL;

    if (!arm)
        return false;
    hv_buf_reset(challenge);
    if (session->credssp) {
        sim_credssp_deny(session->credssp, arm->value ? arm->value : STATUS_ACCOUNT_LOCKED_OUT, &out);
        write_challenge(SIM_TALK_CREDSSP, &out, challenge);
    }
    (void)refuse(session, "as asked for");
    session->arm = arm;
    return true;
}

static enum sim_entry step(struct sim_session *session, const struct sim_service *service, const struct hv_buf *in,
                           struct hv_buf *challenge) {
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(MAX_TOKEN);
    const enum sim_talk talk = session->talk;
    const int rc = session->credssp ? sim_credssp_step(session->credssp, in->data, in->len, &out)
                                    : sim_acceptor_step(session->acceptor, in->data, in->len, &out);

    if (rc >= 0 || session->credssp || service->policy.error_tokens)
        write_challenge(talk, &out, challenge);
    if (rc == 0 && refuse_armed(session, service, challenge))
        return SIM_ENTRY_UNAUTHORIZED;
    if (rc < 0)
        return refuse(session, session->credssp ? sim_credssp_reason(session->credssp) : sim_acceptor_reason(session->acceptor));
    return rc == 0 ? accept_caller(session) : SIM_ENTRY_MORE;
}

/* With the trouble that was asked for at this leg. */
static enum sim_entry step_armed(struct sim_session *session, const struct sim_service *service, const struct hv_buf *in,
                                 struct hv_buf *challenge) {
    const struct sim_arm *arm =
        service->arms ? sim_arms_hit_leg(service->arms, sim_host_name(service->host), session->leg) : NULL;
    const enum sim_talk talk = session->talk;
    enum sim_entry entry;

    session->arm = arm;
    if (arm && arm->kind == SIM_ARM_LEG_DROP) {
        (void)refuse(session, "as asked for");
        return SIM_ENTRY_DROP;
    }
    entry = step(session, service, in, challenge);
    if (arm && arm->kind == SIM_ARM_LEG_GARBAGE) {
        hv_buf_reset(challenge);
        hv_buf_printf(challenge, "%s bm8gdG9rZW4=", talks[talk].scheme);
    }
    return entry;
}

static enum sim_entry enter_talk(struct sim_session *session, const struct sim_service *service,
                                 const struct sim_http_request *request, enum sim_talk talk, const char *token,
                                 struct hv_buf *challenge) {
    HV_CLEANUP_BUF struct hv_buf in = HV_BUF_INIT(MAX_TOKEN);
    const unsigned leg = session->talk == talk && !session->is_signed_in ? session->leg + 1 : 1;

    if (!(service->policy.offers & talks[talk].offers))
        return refuse(session, "the scheme is not offered");
    if (leg == 1 && !begin(session, service, request, talk))
        return refuse(session, "out of memory");
    session->leg = leg;
    if (!sim_base64_decode(token, &in) || in.len == 0)
        return refuse(session, "the token is no base64 or empty");
    return step_armed(session, service, &in, challenge);
}

/* ---- sealing ---- */

static enum sim_sealing sealing_of(const struct sim_session *session) {
    return session->talk == SIM_TALK_KERBEROS  ? SIM_SEALING_KERBEROS
           : session->talk == SIM_TALK_CREDSSP ? SIM_SEALING_CREDSSP
                                               : SIM_SEALING_SPNEGO;
}

static bool unseal_bytes(struct sim_session *session, const struct sim_sealed_part *part) {
    if (session->credssp)
        return sim_credssp_unseal(session->credssp, part->n_token, part->sealed, part->n_sealed, &session->plain);
    return sim_acceptor_unseal(session->acceptor, part->sealed, part->n_token, part->n_sealed, &session->plain);
}

static bool unseal_part(struct sim_session *session, const struct sim_sealed_part *part) {
    const size_t n_before = session->plain.len;

    if (!session->plain_type && hv_text_copy_n(part->type, part->n_type, &session->plain_type, NULL) < 0)
        return false;
    return strlen(session->plain_type) == part->n_type && memcmp(session->plain_type, part->type, part->n_type) == 0 &&
           unseal_bytes(session, part) && session->plain.len - n_before == part->n_plain;
}

static const char *unseal(struct sim_session *session, const struct sim_http_request *request) {
    struct sim_sealed_reader reader;
    struct sim_sealed_part part;
    int rc;

    if (!sim_sealed_begin(&reader, sealing_of(session), request->content_type, request->bytes, request->n_bytes))
        return "the protocol is not that of the sign-in";
    while ((rc = sim_sealed_next(&reader, &part)) == 0)
        if (!unseal_part(session, &part))
            return "a part cannot be unsealed, or has not the length that it says";
    return rc < 0 ? "the parts are malformed" : NULL;
}

static enum sim_entry enter_sealed(struct sim_session *session, const struct sim_http_request *request) {
    const char *wrong = unseal(session, request);

    if (wrong) {
        (void)refuse(session, wrong);
        return SIM_ENTRY_BAD;
    }
    session->is_sealed = true;
    session->content_type = session->plain_type;
    session->bytes = hv_buf_text(&session->plain);
    session->n_bytes = session->plain.len;
    return SIM_ENTRY_IN;
}

static bool seal_part(struct sim_session *session, const struct sim_session_form *form, const char *type, const char *plain,
                      size_t n_plain, struct hv_buf *out) {
    const struct sim_sealed_form framing = { .sealing = sealing_of(session), .is_spaced = form->is_spaced };
    const struct sim_acceptor_form tokens = { .has_filler = form->has_filler };
    HV_CLEANUP_BUF struct hv_buf token = HV_BUF_INIT(SIZE_MAX / 2);
    HV_CLEANUP_BUF struct hv_buf cipher = HV_BUF_INIT(SIZE_MAX / 2);
    struct sim_sealed_content content = { .type = type, .n_plain = n_plain, .token = &token, .cipher = &cipher };

    if (session->credssp) {
        if (!sim_credssp_seal(session->credssp, plain, n_plain, &content.token_length, &cipher))
            return false;
    } else {
        if (!sim_acceptor_seal(session->acceptor, &tokens, plain, n_plain, &token, &cipher))
            return false;
        content.token_length = token.len;
    }
    sim_sealed_write(&framing, &content, out);
    return true;
}

static size_t part_size(const struct sim_session *session, const struct sim_session_form *form, size_t n) {
    if (session->credssp && n > SIM_SEALING_MAX_CHUNK)
        n = SIM_SEALING_MAX_CHUNK;
    return form->max_part && n > form->max_part ? form->max_part : n;
}

bool sim_session_seal(struct sim_session *session, const struct sim_session_form *form, const char *type, struct hv_buf *body,
                      const char **ret_type) {
    const struct sim_sealed_form how = { .sealing = sealing_of(session), .is_spaced = form->is_spaced };
    const size_t n_part = part_size(session, form, body->len);
    HV_CLEANUP_BUF struct hv_buf out = HV_BUF_INIT(SIZE_MAX / 2);

    for (size_t at = 0; at < body->len; at += n_part)
        if (!seal_part(session, form, type, body->data + at, body->len - at < n_part ? body->len - at : n_part, &out))
            return false;
    sim_sealed_end(&how, &out);
    *ret_type = sim_sealed_type(how.sealing, body->len > n_part);
    hv_buf_reset(body);
    hv_buf_append(body, out.data, out.len);
    return !out.failure && !body->failure;
}

/* ---- requests ---- */

/* The body of a caller who is signed in. */
static enum sim_entry enter_body(struct sim_session *session, const struct sim_service *service,
                                 const struct sim_http_request *request) {
    if (request->n_bytes == 0 && session->leg)
        return SIM_ENTRY_DONE;
    if (sim_sealed_is(request->content_type))
        return enter_sealed(session, request);
    if (request->tls || service->policy.allow_unencrypted)
        return SIM_ENTRY_IN;
    if (session->caller.scheme == SIM_SCHEME_NTLM) /* wsman.md 6.3 */
        return refuse(session, "the message is not sealed");
    (void)snprintf(session->reason, sizeof(session->reason), "the message is not sealed");
    return SIM_ENTRY_UNSEALED;
}

enum sim_entry sim_session_enter(struct sim_session *session, const struct sim_service *service,
                                 const struct sim_http_request *request, struct hv_buf *challenge) {
    const char *token = "";
    enum sim_entry entry = SIM_ENTRY_IN;
    enum sim_talk talk;

    session->reason[0] = '\0';
    session->is_sealed = false;
    session->arm = NULL;
    hv_buf_deinit(&session->plain);
    hv_buf_init(&session->plain, SIZE_MAX / 2);
    free(session->plain_type);
    session->plain_type = NULL;
    session->content_type = request->content_type;
    session->bytes = request->bytes;
    session->n_bytes = request->n_bytes;
    if (!request->authorization) {
        if (!session->is_signed_in) {
            sim_session_forget(session);
            return SIM_ENTRY_NOBODY;
        }
        session->leg = 0;
        return enter_body(session, service, request);
    }
    talk = find_talk(request->authorization, &token);
    if (strcmp(request->authorization, CERTIFICATE_SCHEME) == 0)
        return enter_certificate(session, service, request);
    if (talk == SIM_TALK_NONE)
        return enter_basic(session, service, request);
    entry = enter_talk(session, service, request, talk, token, challenge);
    return entry == SIM_ENTRY_IN ? enter_body(session, service, request) : entry;
}
