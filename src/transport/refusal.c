/* A sign-in that a host refused, in words. A host gives no reason with its 401; what can be the reason depends on what was sent.
 */
#include "transport/refusal.h"

#include <string.h>

#include "base/error.h"
#include "transport/tls.h"

#define CERTMAPPING_REMEDY                                                                                                       \
    "look at what is mapped, on the host: winrm enumerate winrm/config/service/certmapping; a row has the thumbprint of the "    \
    "issuer, the subject (the UPN in the certificate), the URI and a local account"

static bool was_bound(const struct hv_session *session) {
    return hv_endpoint_tls(session->endpoint) && session->has_binding && session->binding.n_bytes > 0 &&
           hv_endpoint_login(session->endpoint)->binds;
}

/* A password would have been found wrong by the KDC before. */
static bool is_proven(const struct hv_session *session) {
    return session->mech && session->mech->vtable->is_vouched && session->mech->vtable->is_vouched(session->mech);
}

static void advise_binding(const struct hv_session *session, struct hv_error *err) {
    if (was_bound(session))
        hv_error_remedy(err,
                        "if a proxy or load balancer ends TLS before the host, its certificate is not the host's: go around it, "
                        "or say --no-channel-binding where the host's CbtHardeningLevel allows that");
    else if (hv_endpoint_tls(session->endpoint))
        hv_error_remedy(err, "a host with CbtHardeningLevel Strict refuses sign-ins without channel binding: leave out "
                             "--no-channel-binding");
}

int hv_refusal_explain(const struct hv_session *session, struct hv_error *err) {
    const struct hv_login *login = hv_endpoint_login(session->endpoint);
    const char *note = session->mech && session->mech->vtable->note ? session->mech->vtable->note(session->mech) : "";
    const char *who = login->user ? login->user : "the holder of the Kerberos ticket";

    (void)hv_error_set(err, HV_E_AUTH, "the host refused to sign in %s%s%s", login->user ? "\"" : "", who,
                       login->user ? "\"" : "");
    if (is_proven(session)) {
        hv_error_cause(err, "probably the account is not allowed there, or the ticket is for another name than the host's own");
        hv_error_remedy(err, "use the full name of the host, or tell the name that it knows itself by: --spn-host NAME");
    } else if (note[0]) {
        hv_error_cause(err,
                       "probably a wrong password, or an account that is unknown, locked or not allowed there; NTLM was used "
                       "because %s",
                       note);
    } else {
        hv_error_cause(err, "probably a wrong password, or an account that is unknown, locked or not allowed there");
    }
    if (!is_proven(session))
        hv_error_remedy(err, "check user and password; a local account of the host is '.\\USER', one of a domain 'DOMAIN\\USER'");
    advise_binding(session, err);
    if (err) {
        err->source = HV_SOURCE_HTTP;
        err->http_status = 401;
    }
    return HV_E_AUTH;
}

int hv_refusal_last(unsigned n, struct hv_error *err) {
    (void)hv_error_set(err, HV_E_AUTH, "the sign-in failed %u times in a row, and is not tried again", n);
    hv_error_cause(err, "domains lock an account after a few refusals, so that the same credentials are not tried for long");
    hv_error_remedy(err, "check user and password, and whether the account is locked or its password has expired");
    if (err) {
        err->source = HV_SOURCE_HTTP;
        err->http_status = 401;
    }
    return HV_E_AUTH;
}

int hv_refusal_stray(int status, struct hv_error *err) {
    if (status == 0) {
        (void)hv_error_set(err, HV_E_PROTOCOL, "the host let us in before the sign-in was complete");
    } else if (status == 503) {
        (void)hv_error_set(err, HV_E_UNREACHABLE, "the host answered the sign-in by HTTP 503: it takes no requests now");
        hv_error_remedy(err, "see whether the WinRM service of the host runs, and try again later");
    } else if (status == 404) {
        (void)hv_error_set(err, HV_E_PROTOCOL,
                           "the host answered the sign-in by HTTP 404: there is no WS-Management at that path");
        hv_error_remedy(err, "check the path in the address; WinRM's is /wsman");
    } else {
        (void)hv_error_set(err, HV_E_PROTOCOL, "the host answered the sign-in by HTTP %d instead of taking part in it", status);
        hv_error_remedy(err, "check that the address is that of a WinRM listener");
    }
    if (err) {
        err->http_status = status;
        err->source = HV_SOURCE_HTTP;
    }
    return err ? err->code : HV_E_PROTOCOL;
}

int hv_refusal_restless(struct hv_error *err) {
    (void)hv_error_set(err, HV_E_UNREACHABLE, "the connection is closed again and again in the middle of the sign-in");
    hv_error_cause(err,
                   "the sign-in belongs to its connection; the host, or a proxy between here and there, does not keep it open");
    hv_error_remedy(err, "go around the proxy, or see why the host closes connections");
    return HV_E_UNREACHABLE;
}

int hv_refusal_certificate(int status, struct hv_error *err) {
    if (status == 401) {
        (void)hv_error_set(err, HV_E_AUTH, "the host takes no certificate to sign in with, or maps this one to no account");
        hv_error_cause(err, "certificates are not allowed there, or no row of winrm/config/service/certmapping is for this one");
    } else {
        (void)hv_error_set(err, HV_E_AUTH, "the host refused the certificate");
        hv_error_cause(err, "it does not trust who issued it, or found it expired or revoked, or saw none");
        hv_error_remedy(err, "put the authority's certificate into the stores Root and CA of the host's computer account");
    }
    hv_error_remedy(err, "allow certificates on the host: winrm set winrm/config/service/auth @{Certificate=\"true\"}");
    hv_error_remedy(err, CERTMAPPING_REMEDY);
    if (err) {
        err->source = HV_SOURCE_HTTP;
        err->http_status = status;
    }
    return HV_E_AUTH;
}

void hv_refusal_unmapped(struct hv_error *err) {
    struct hv_error text = { 0 };

    (void)hv_error_set(&text, HV_E_AUTH, "the host maps the certificate to no account that may do this");
    hv_error_cause(
        &text,
        "no row of winrm/config/service/certmapping is for it, or several alike, or the account has no rights or another "
        "password than its row has; the host says: %.300s",
        err->fault_reason[0] ? err->fault_reason : "access denied");
    hv_error_remedy(&text, CERTMAPPING_REMEDY);
    hv_error_remedy(&text, "let that account sign in and work: Administrators, or Remote Management Users and "
                           "Hyper-V Administrators");
    err->code = text.code;
    memcpy(err->message, text.message, sizeof(err->message));
    memcpy(err->cause, text.cause, sizeof(err->cause));
    memcpy(err->remedy, text.remedy, sizeof(err->remedy));
}

void hv_refusal_sum_up(const char *failures, struct hv_error *err) {
    char remedy[HV_ERROR_TEXT_SIZE];

    memcpy(remedy, err->remedy, sizeof(remedy));
    (void)hv_error_set(err, HV_E_AUTH, "no way to sign in worked");
    hv_error_cause(err, "%s", failures);
    hv_error_remedy(err, "%s", remedy);
}
