/*
 * A connection that somebody is signed in on (wsman.md 6.1: the sign-in is the connection's). Each has a pool of connections of
 * its own at libcurl, so that no other request takes it over, and knows the connection by its local port.
 */
#ifndef TRANSPORT_SESSION_H
#define TRANSPORT_SESSION_H

#include <curl/curl.h>

#include "transport/binding.h"
#include "transport/choice.h"
#include "transport/endpoint.h"
#include "transport/mech.h"

struct hv_session {
    struct hv_session *next;
    const struct hv_endpoint *endpoint;
    CURLSH *pool; /* of at most one connection */
    bool taken;   /* a request uses it */
    bool signed_in;
    long local_port; /* of the connection; 0: none is known */
    struct hv_binding binding;
    bool has_binding;
    struct hv_challenges offered; /* by the host, in its first 401 */
    bool chosen;
    struct hv_choice choice;
    unsigned tried;           /* schemes that failed, a bit each */
    struct hv_mech *mech;     /* NULL while the worker has it */
    bool has_signed_in;       /* once at least */
    struct hv_error *refusal; /* of the first sign-in; no other is tried: wrong passwords lock accounts. NULL: none */
    bool mech_done;           /* the mechanism needs no more from the peer */
};

/* ENDPOINT outlives the session. Errors: MEMORY. */
HV_MUST_CHECK int hv_session_new(const struct hv_endpoint *endpoint, struct hv_session **ret_session, struct hv_error *err);
/* No transfer uses it any more. Accepts NULL; returns NULL. */
struct hv_session *hv_session_free(struct hv_session *session);
HV_DEFINE_CLEANUP(struct hv_session *, hv_session_free)

/* Closes the connection and forgets the sign-in; what the host offers and what was tried is kept. Errors: MEMORY. */
HV_MUST_CHECK int hv_session_renew(struct hv_session *session, struct hv_error *err);

/* Makes the mechanism of the session's choice. Errors: as hv_gss_new and hv_credssp_new. */
HV_MUST_CHECK int hv_session_begin(struct hv_session *session, struct hv_error *err);

/* Are messages to be sealed? On http:// always. */
bool hv_session_seals(const struct hv_session *session);

#endif
