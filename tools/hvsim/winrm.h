/*
 * The WinRM service of one host as a function: an HTTP request in, an HTTP answer out, no socket and no clock (wsman.md 5.5,
 * 6.1). What is sent when is the server's business.
 */
#ifndef SIM_WINRM_H
#define SIM_WINRM_H

#include "armed.h"
#include "call.h"
#include "policy.h"
#include "session.h"

struct sim_user {
    char *name;
    char *password;
};

struct sim_users {
    struct sim_user *items;
    size_t n_items;
};
/* Wipes the passwords. */
void sim_users_deinit(struct sim_users *users);
/* Copies. Errors: MEMORY. */
HV_MUST_CHECK int sim_users_add(struct sim_users *users, const char *name, const char *password, struct hv_error *err);

struct sim_service {
    struct sim_fabric *fabric;
    struct sim_host *host;
    const struct sim_users *users;
    struct sim_arms *arms;
    struct sim_ids *ids;
    struct sim_limits limits;
    struct sim_manner manner;
    struct sim_policy policy;
    struct sim_contexts contexts;
    struct sim_event_log log;
    uint32_t n_held; /* answers under way, which count as operations */
};

/* Borrows all. Limits as on Windows Server 2012 and later (wsman.md 5.6); Basic over TLS only leads in. */
void sim_service_init(struct sim_service *service, struct sim_fabric *fabric, struct sim_host *host,
                      const struct sim_users *users, struct sim_arms *arms, struct sim_ids *ids);
/* Before the first request; WinRM without quirks otherwise. */
void sim_service_behave(struct sim_service *service, struct sim_manner manner);
void sim_service_deinit(struct sim_service *service);

/* Header values are NULL when absent. */
struct sim_http_request {
    const char *method;
    const char *path; /* without query */
    const char *content_type;
    const char *authorization;
    const char *wsman_identify; /* WSMANIDENTIFY */
    bool has_length;            /* Content-Length was sent */
    bool too_large;             /* far more than limits.envelope_bytes came; BYTES holds none */
    bool tls;
    const void *client_cert; /* that the caller proved to have, in DER; NULL: none */
    size_t n_client_cert;
    struct sim_session *session; /* of the connection; NULL: one that ends with the request */
    const char *bytes;
    size_t n_bytes;
    int64_t now_us; /* real time, microseconds since 1970 */
    /* Of a request that is tried again: when it came first, and the trouble that hit it then. 0 and NULL at first. SESSION has
     * seen it already then. */
    int64_t since_us;
    const struct sim_arm *arm;
};

enum { SIM_MAX_OFFERS = 4 };

struct sim_http_reply {
    int status;
    const char *content_type;           /* NULL: none */
    const char *offers[SIM_MAX_OFFERS]; /* values of WWW-Authenticate, NULL where there are fewer */
    char *challenge;                    /* likewise, with the token of a handshake; NULL: none */
    struct hv_buf body;
    /* Troubles asked for. */
    bool drop;         /* close the connection without an answer */
    bool closes;       /* close it after the answer, and say so */
    bool hangs_up;     /* close it after the answer without saying so */
    size_t break_at;   /* close it after so many bytes of the body; 0: never */
    uint32_t stall_ms; /* wait before the answer */
    bool waits;        /* nothing to answer yet: try the same request again soon, with ARM; nothing else is filled */
    const struct sim_arm *arm;
    bool chunked; /* Transfer-Encoding: chunked */
    bool slow;    /* in several pieces with pauses between */
    char *log;    /* one JSON object without line end; NULL when out of memory */
};
void sim_http_reply_deinit(struct sim_http_reply *reply);

/* Lets the event log see what happened; also between requests. */
void sim_service_watch(struct sim_service *service);
/* REPLY is filled whatever happens; sim_http_reply_deinit it. */
void sim_service_handle(struct sim_service *service, const struct sim_http_request *request, struct sim_http_reply *ret_reply);

#endif
