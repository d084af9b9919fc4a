/*
 * Recorded conversations: a client that writes what passes between it and its hosts into a directory, and a client that is
 * answered from such a directory, without network, credentials or waiting. The format is documented in hvctl-fixture(5).
 */
#ifndef HVCTL_FIXTURE_H
#define HVCTL_FIXTURE_H

#include <hvctl/client.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

enum { HV_FIXTURE_SCHEMA = 1 };

/* What a name that is to be replaced belongs to. */
enum hv_name_kind {
    HV_NAME_HOST,
    HV_NAME_VM,
    HV_NAME_USER,
    HV_NAME_DOMAIN,
    HV_NAME_PATH,  /* every folder and file of it */
    HV_NAME_OTHER, /* anything else: a switch, a pool, a project */
};

struct hv_record_options {
    const char *directory; /* is made; must not be there yet, or be empty */
    const char *command;   /* what is recorded, for whoever replays it; may be NULL */
    const char *rules;     /* file with more names to replace; NULL: none */
    bool keep_names;       /* replace nothing */
};

/* One line for people, valid during the call. */
typedef void hv_fixture_warn_fn(void *context, const char *text);

/* What made the recorded work stop waiting before its end. */
enum hv_stop {
    HV_STOP_NONE,
    HV_STOP_INT, /* Ctrl-C */
    HV_STOP_TERM,
    HV_STOP_HUP,
};

struct hv_replay_options {
    const char *directory;
    /*
     * What is replayed, written as for hv_record_options; may be NULL. Where the recording has stand-ins, and this command has
     * the names that were recorded, they stand for the stand-ins in requests and in answers.
     */
    const char *command;
    bool lenient; /* an unknown request and unused recordings are warnings */
    hv_fixture_warn_fn *warn;
    void *context;
};

/*
 * As hv_client_new, and records. Nothing secret is written: recording happens above sign-in and encryption. Trouble with the
 * directory later on never disturbs the work; hv_client_fixture_end reports it. Errors: FIXTURE (directory in use, or not to be
 * written; rules not understood), MEMORY.
 */
int hv_client_new_recording(const struct hv_client_options *options, const struct hv_record_options *record,
                            struct hv_client **ret_client, struct hv_error *err);
/*
 * NAME, from an argument say, is replaced wherever it appears from now on. No effect on a client that does not record or keeps
 * names. Errors: MEMORY.
 */
int hv_client_record_name(struct hv_client *client, enum hv_name_kind kind, const char *name, struct hv_error *err);

/* Recording only: somebody stops waiting now. The first call counts. */
void hv_client_record_stop(struct hv_client *client, enum hv_stop stop);
/*
 * Replaying only: who stopped waiting, once the clock has reached that moment. Whoever asked for the work does as they did then
 * (hv_client_detach); the clock does not jump over that moment.
 */
enum hv_stop hv_client_replay_stop(const struct hv_client *client);

/*
 * A client that is answered from a recording. Hosts are known by the names they have there, need no user and no password, and
 * are never contacted. Its clock jumps to what is due next, so nothing waits. A request that was not recorded ends the turn with
 * FIXTURE. Errors: FIXTURE (no fixture, damaged, or of another schema: file and line are named), MEMORY.
 */
int hv_client_new_replaying(const struct hv_client_options *options, const struct hv_replay_options *replay,
                            struct hv_client **ret_client, struct hv_error *err);

/*
 * To be called once all work is done and went well: closes the recording, or tells of recordings that nobody asked for. Nothing
 * happens on other clients. Errors: FIXTURE, MEMORY.
 */
int hv_client_fixture_end(struct hv_client *client, struct hv_error *err);

/* ---- looking at fixtures ---- */

struct hv_fixture;

struct hv_fixture_header {
    char *tool;       /* "hvctl 0.1.0" */
    char *recorded;   /* RFC 3339 */
    char *product;    /* of the hosts, as they told; NULL when they did not */
    char *command;    /* NULL when not known */
    char *marks;      /* of the words of the command before names were replaced, hvctl-fixture(5); NULL when there are none */
    int stop;         /* enum hv_stop */
    uint64_t stop_ms; /* after the recording began */
    unsigned schema;
    unsigned redaction;   /* version of the rules that replaced names; 0: names were kept */
    bool is_closed;       /* false: recording broke off */
    uint64_t n_exchanges; /* when closed */
};

struct hv_fixture_exchange {
    unsigned number;
    char *host;         /* the name it has in the recording */
    char *action;       /* NULL for Identify */
    char *resource_uri; /* likewise */
    int status;         /* HTTP; 0: no answer came */
    char *content_type; /* may be NULL */
    uint64_t sent_ms;   /* after the recording began */
    uint64_t duration_ms;
    bool repeats;    /* answers the same request again and again */
    bool is_opaque;  /* the answer is no XML */
    bool is_foreign; /* the answer relates to another message */
    int failure;     /* enum hv_error_code; HV_E_CANCELLED: we stopped waiting; 0: answered */
    bool left;       /* bytes of the request may have left */
    bool transient;  /* a failure that may pass */
    int source;      /* enum hv_error_source */
    uint64_t transport_code;
    char *message; /* of the failure */
    char *cause;
    char *remedy;
    char *request;
    size_t n_request;
    char *response; /* NULL when no answer came */
    size_t n_response;
    char *location; /* of a redirect, which is never followed; may be NULL */
};

/* Reads a whole directory. Errors: FIXTURE (file and line are named), MEMORY. */
int hv_fixture_open(const char *directory, struct hv_fixture **ret_fixture, struct hv_error *err);
/* Accepts NULL; returns NULL. */
struct hv_fixture *hv_fixture_free(struct hv_fixture *fixture);
/* Valid as long as the fixture. */
const struct hv_fixture_header *hv_fixture_header(const struct hv_fixture *fixture);
size_t hv_fixture_n_exchanges(const struct hv_fixture *fixture);
/* In the order in which the requests left; NULL beyond the last. */
const struct hv_fixture_exchange *hv_fixture_exchange(const struct hv_fixture *fixture, size_t index);

/* Everything is valid during the call. */
struct hv_finding {
    const char *file; /* in the directory */
    size_t line;      /* 0: the file as a whole */
    const char *what; /* "a GUID", ... */
    const char *text; /* as it stands there; NULL where showing it would spread a secret */
};
typedef void hv_finding_fn(void *context, const struct hv_finding *finding);
/*
 * Looks for what redaction should have replaced, for secrets and for broken references. RULES: names to look for as well, may be
 * NULL. Outcomes: 0 nothing found; 1 something. Errors: FIXTURE (rules), MEMORY.
 */
int hv_fixture_verify(const struct hv_fixture *fixture, const char *rules, hv_finding_fn *fn, void *context,
                      struct hv_error *err);

/* What differs between two recordings of the same work; an absent side is NULL. Valid during the call. */
struct hv_difference {
    const struct hv_fixture_exchange *a;
    const struct hv_fixture_exchange *b;
    const char *field; /* of the request or the answer; NULL when a whole exchange is only on one side */
    const char *a_value;
    const char *b_value;
};
typedef void hv_difference_fn(void *context, const struct hv_difference *difference);
/* Outcomes: 0 none; 1 some. Errors: MEMORY. */
int hv_fixture_diff(const struct hv_fixture *a, const struct hv_fixture *b, hv_difference_fn *fn, void *context,
                    struct hv_error *err);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
