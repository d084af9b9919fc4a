/*
 * The simulated hosts of one case, and the truth about them. Time is hvctl's: it goes on with each request, and when the case
 * says so.
 */
#ifndef FAULTS_WORLD_H
#define FAULTS_WORLD_H

#include "fabric.h"
#include "job.h"
#include "vm.h"
#include "winrm.h"
#include "wire.h"

enum { WORLD_MAX_HOSTS = 2, WORLD_MAX_LATE = 4, WORLD_MAX_FILES = 256 };

/* A request that is carried out later than it came. */
struct world_late {
    uint32_t host;
    uint64_t due_ms;
    char *bytes;
    size_t n_bytes;
};

struct world {
    struct sim_fabric *fabric;
    struct sim_service services[WORLD_MAX_HOSTS];
    size_t n_hosts;
    struct sim_users users;
    struct sim_arms model; /* troubles of the model, armed at the start */
    struct sim_arms wire;  /* of the request at hand */
    struct sim_ids ids;
    char *authorization;
    uint64_t now_ms;
    struct world_late late[WORLD_MAX_LATE];
    size_t n_late;
    char *files[WORLD_MAX_FILES]; /* "host path" of what was there at the start */
    size_t n_files;
};

extern const char *const world_host_names[WORLD_MAX_HOSTS + 1]; /* NULL behind the last */
/* Whoever signs in. The password is to be seen nowhere. */
extern const char world_user[];
extern const char world_password[];

/* CONFIG is as for hvsim --config, or NULL; ARMS as for hvsim --fault, NULL behind the last. False, with a word on stderr, when
 * it cannot be made. */
bool world_open(struct world *world, const char *config, const char *const *arms);
void world_close(struct world *world);

/* Lets time pass; requests that are late are carried out when theirs has come. */
void world_pass(struct world *world, uint64_t now_ms);
/* Carries a request out; TROUBLE is as for hvsim --fault, or NULL. sim_http_reply_deinit the reply. */
void world_handle(struct world *world, uint32_t host, const char *bytes, size_t n_bytes, const char *trouble,
                  struct sim_http_reply *ret_reply);
/* The same at DUE_MS; nobody hears the answer. */
void world_handle_late(struct world *world, uint32_t host, const char *bytes, size_t n_bytes, uint64_t due_ms);

/* What is so about one VM. */
struct world_truth {
    size_t n_places;                  /* hosts that have it */
    int host;                         /* the last of them, -1 when there is none */
    bool is_moving;                   /* a job that moves it runs */
    bool is_planned[WORLD_MAX_HOSTS]; /* a planned machine of its GUID is there */
    bool has_moved_disks;             /* its first disk lies elsewhere than at the start */
    uint16_t state;
};
void world_look(const struct world *world, const char *vm_guid, const char *first_disk, struct world_truth *ret_truth);
/* Calls FN for each file of a host that was not there at the start and that no VM uses. */
void world_rubbish(const struct world *world, void (*fn)(void *context, const char *host, const char *path), void *context);
/* Contexts that somebody opened and nobody closed. */
size_t world_n_open(const struct world *world);

#endif
