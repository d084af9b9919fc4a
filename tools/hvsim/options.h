/* Command line of hvsim. */
#ifndef SIM_OPTIONS_H
#define SIM_OPTIONS_H

#include "winrm.h"

struct sim_command {
    struct sim_options model;
    char **host_names; /* owner of model.host_names */
    size_t n_host_names;
    struct sim_profile *profiles; /* owner of model.profiles */
    size_t n_profiles;
    struct sim_profile *processors; /* of model.processors */
    size_t n_processors;
    struct sim_users users;
    struct sim_arms arms;
    uint16_t port_base;
    uint64_t enumeration_ms;
    uint32_t max_operations; /* 0: the default */
    struct sim_manner manner;
    struct sim_policy policy;
    const char *keytab;     /* borrowed from argv, as the other paths; NULL: where Kerberos looks by itself */
    const char *ntlm_users; /* likewise */
    const char *client_ca;
    const char *cert; /* NULL: made at start */
    const char *key;
    struct sim_certmaps certmaps;
    const char *request_log;
    const char *state_file;
    uint64_t state_ms; /* real time between two of its versions; 0: none */
    const char *cert_dir;
    bool with_http;
    bool exit_with_parent;
};

/* 0; 1 --help or --version was printed; errors: ARGUMENT, MEMORY. sim_command_deinit in every case. */
HV_MUST_CHECK int sim_command_read(struct sim_command *command, int argc, char **argv, struct hv_error *err);
void sim_command_deinit(struct sim_command *command);

#endif
