/*
 * Listeners of all hosts and the loop that serves them: one thread, libmicrohttpd driven from outside by epoll, so that the model
 * is only ever touched by one request at a time.
 */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "cert.h"
#include "winrm.h"

struct sim_server_options {
    struct sim_fabric *fabric;
    const struct sim_users *users;
    struct sim_arms *arms;
    struct sim_authority *authority;
    uint64_t seed;           /* of message IDs and contexts */
    uint16_t port_base;      /* host I listens on port_base + I; 0: any port */
    bool with_http;          /* a listener without TLS as well, unless a host says otherwise */
    uint64_t enumeration_ms; /* 0: the default */
    uint32_t max_operations; /* likewise */
    struct sim_manner manner;
    struct sim_policy policy;    /* of hosts that say nothing else */
    const struct sim_cert *cert; /* of all hosts; NULL: one for each by the authority */
    const char *request_log;     /* NULL: none */
    const char *state_file;      /* NULL: none */
    uint64_t state_ms;           /* real time between two of its versions; 0: none */
};

struct sim_server;
/* Listens on all addresses; OPTIONS and what it refers to must outlive the server. Errors: UNREACHABLE (address taken), MEMORY,
 * INTERNAL, ARGUMENT (log or state file cannot be written). */
HV_MUST_CHECK int sim_server_new(const struct sim_server_options *options, struct sim_server **ret_server, struct hv_error *err);
struct sim_server *sim_server_free(struct sim_server *server);
HV_DEFINE_CLEANUP(struct sim_server *, sim_server_free)
/* "ready NAME URL FINGERPRINT" for each listener on stdout ("-" for no fingerprint). */
void sim_server_announce(const struct sim_server *server);
/* Serves until STOP_FD becomes readable. */
HV_MUST_CHECK int sim_server_run(struct sim_server *server, int stop_fd, struct hv_error *err);

#endif
