/*
 * The client runs tasks: it owns the connections, the clock and the retries. One client serves one thread; one turn serves one
 * task or a thousand.
 */
#ifndef HVCTL_CLIENT_H
#define HVCTL_CLIENT_H

#include <hvctl/task.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct hv_client;
struct hv_host;

/* Called with one line, without credentials, for each request, answer and change of state. */
typedef void hv_trace_fn(void *context, const char *line);

struct hv_client_options {
    uint64_t connect_timeout_ms;   /* 0: 15 s */
    uint64_t operation_timeout_ms; /* what the host is told (wsman:OperationTimeout); 0: 60 s. We wait 5 s longer */
    uint64_t poll_ms;              /* first interval between two looks at the jobs of a host; 0: 1 s, growing to 5 s.
                                      When given, the interval does not grow */
    hv_trace_fn *trace;            /* may be NULL */
    void *trace_context;
};

/* How to sign in. What the host does not offer is not tried. */
enum hv_auth {
    HV_AUTH_NEGOTIATE, /* Kerberos, and NTLM where Kerberos cannot be had */
    HV_AUTH_KERBEROS,
    HV_AUTH_NTLM,
    HV_AUTH_CREDSSP,     /* gives the host the password, for it to sign in elsewhere */
    HV_AUTH_CERTIFICATE, /* https only: the host maps a client certificate to an account */
    HV_AUTH_BASIC,       /* sends the password itself */
    HV_AUTH_NONE,        /* no credentials: enough for hv_identify_anonymous_new, and for nothing else */
};

struct hv_host_options {
    const char *address; /* name, name:port, or URL as https://h:5986/wsman */
    const char *name;    /* what messages call it; NULL: the host part of ADDRESS */
    enum hv_auth auth;
    const enum hv_auth *auth_list; /* when given, in place of AUTH: tried in this order, as far as the host offers them */
    size_t n_auth_list;
    const char *user;                /* NULL: whose Kerberos tickets there are */
    const char *password;            /* copied; wiped when the host is freed */
    const char *keytab;              /* Kerberos key instead of a password */
    const char *spn_service;         /* first half of the service's name; NULL: "HTTP" */
    const char *spn_host;            /* second half; NULL: the host part of ADDRESS */
    bool delegate;                   /* hand a forwarded Kerberos ticket to the host */
    bool no_channel_binding;         /* for a host behind something that ends TLS */
    const char *client_cert;         /* PEM file: the certificate to sign in with, and those above it */
    const char *client_key;          /* PEM file of its key; NULL: in the same one */
    const char *client_key_password; /* of an encrypted key; not kept */
    const char *proxy;               /* "http://host:port"; "": none; NULL: as the environment says (HTTPS_PROXY...) */
    const char *proxy_user;          /* for the proxy alone; NULL: none, or the one of the environment's URL */
    const char *proxy_password;      /* copied; wiped when the host is freed */
    const char *cacert;              /* PEM file; NULL: the system's, unless capath is given */
    const char *capath;              /* folder of PEM files by hash (openssl rehash), besides */
    const char *pinned_pubkey;       /* "sha256//base64[;sha256//...]", on top of verification */
    const char *const *fingerprints; /* SHA-256 of the DER certificate in hex, colons optional; a match replaces verification */
    size_t n_fingerprints;
    const char *trusted_by;   /* file and line the fingerprints come from, for the message when another certificate shows up;
                                 NULL: the user named them */
    bool insecure;            /* no verification; Basic is then refused unless a pin or fingerprint matched */
    bool http_unencrypted_ok; /* allow http:// without sealing */
};

/*
 * Process-wide start-up of the libraries below (libcurl, libxml2). Call once, before any thread. They are never torn down.
 */
int hv_process_init(struct hv_error *err);

/* OPTIONS may be NULL. */
int hv_client_new(const struct hv_client_options *options, struct hv_client **ret_client, struct hv_error *err);
/* Frees its hosts too. Tasks outlive it and are the caller's to free. */
struct hv_client *hv_client_free(struct hv_client *client);

/* The host belongs to the client. Nothing is sent. Errors: ARGUMENT (address, pins, files), TLS (Basic with nothing
 * verified), AUTH (nothing to sign in with: no user, no password, no certificate of use), MEMORY.
 */
int hv_client_add_host(struct hv_client *client, const struct hv_host_options *options, struct hv_host **ret_host,
                       struct hv_error *err);
/* Valid as long as the host. */
const char *hv_host_name(const struct hv_host *host);
/* Host part of the address, without port: what a source host would call it unless told otherwise. */
const char *hv_host_address_name(const struct hv_host *host);

/*
 * Starts TASK. SOURCE is the host it works on; DESTINATION may be NULL where the task needs none. The task must outlive its run
 * or be freed, which stops it.
 */
int hv_client_start(struct hv_client *client, struct hv_task *task, struct hv_host *source, struct hv_host *destination,
                    struct hv_error *err);

/* Waits at most MAX_WAIT_MS for something to happen and handles it. Outcomes: 0 no task runs; 1 some still run. */
int hv_client_turn(struct hv_client *client, uint64_t max_wait_ms, struct hv_error *err);
/* Turns until no task runs. */
int hv_client_run(struct hv_client *client, struct hv_error *err);

/* The client's clock in milliseconds. It never goes back; in a replay it is not the machine's. */
uint64_t hv_client_now_ms(const struct hv_client *client);

/*
 * Asks every task to stop waiting: those that follow a job end with HV_E_DETACHED and leave the job running, a move whose request
 * is under way finds out first whether a job was started. Others end with HV_E_CANCELLED.
 */
void hv_client_detach(struct hv_client *client);
/* The same of one task; nothing happens when it does not run. */
void hv_client_detach_task(struct hv_client *client, struct hv_task *task);
/*
 * Asks a task that moves a VM or follows a job to have the job ended by its host, and to see how that ends: where the VM is then,
 * or that the job was done before. Where no job was started yet, and for other tasks, it is the same as to detach.
 */
void hv_client_cancel_task(struct hv_client *client, struct hv_task *task);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
