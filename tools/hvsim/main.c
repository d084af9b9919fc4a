/* hvsim: simulated Hyper-V hosts. */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include <libxml/parser.h>

#include "acceptor.h"
#include "base/error.h"
#include "options.h"
#include "output.h"
#include "server.h"

/* SIGINT and SIGTERM as a file descriptor; they are blocked from here on. */
static int open_signals(void) {
    sigset_t set;

    (void)signal(SIGPIPE, SIG_IGN);
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGINT);
    (void)sigaddset(&set, SIGTERM);
    if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
        return -1;
    return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int write_authority(const char *dir, const struct sim_authority *authority, struct hv_error *err) {
    HV_CLEANUP_FREE char *pem = sim_authority_pem(authority);
    HV_CLEANUP_BUF struct hv_buf path = HV_BUF_INIT(8192);

    hv_buf_printf(&path, "%s/ca.pem", dir);
    if (!pem || path.failure || !sim_write_file(hv_buf_text(&path), pem, strlen(pem)))
        return hv_error_set(err, HV_E_ARGUMENT, "cannot write %s", hv_buf_text(&path));
    return 0;
}

static int64_t real_time_us(void) {
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static unsigned all_offers(const struct sim_command *command, struct sim_fabric *fabric) {
    unsigned offers = command->policy.offers;

    for (size_t i = 0; i < sim_fabric_n_hosts(fabric); i++) {
        const char *list = sim_host_access(sim_fabric_host(fabric, i)).sign_in;
        unsigned more = 0;
        if (list && sim_offers_read(list, &more))
            offers |= more;
    }
    return offers;
}

/* The libraries read names in the character set of the locale, and find their files in the environment. */
static int make_keys(const struct sim_command *command, unsigned offers, struct sim_keys **ret_keys, struct hv_error *err) {
    if (!(offers & (SIM_OFFER_NEGOTIATE | SIM_OFFER_NTLM | SIM_OFFER_KERBEROS | SIM_OFFER_CREDSSP)))
        return 0;
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    if ((command->keytab && setenv("KRB5_KTNAME", command->keytab, 1) < 0) ||
        (command->ntlm_users && setenv("NTLM_USER_FILE", command->ntlm_users, 1) < 0))
        return hv_error_memory(err);
    return sim_keys_new((offers & SIM_OFFER_KERBEROS) || command->keytab, ret_keys, err);
}

/* What sign-in needs besides the options. */
struct credentials {
    struct sim_authority *authority;
    struct sim_keys *keys;
    struct sim_client_ca *client_ca;
    struct sim_cert cert;
};

static void deinit_credentials(struct credentials *credentials) {
    (void)sim_authority_free(credentials->authority);
    (void)sim_keys_free(credentials->keys);
    (void)sim_client_ca_free(credentials->client_ca);
    sim_cert_deinit(&credentials->cert);
}

static int make_credentials(const struct sim_command *command, struct sim_fabric *fabric, struct credentials *credentials,
                            struct hv_error *err) {
    int rc = sim_authority_new(&credentials->authority, err);

    if (rc == 0 && command->cert_dir)
        rc = write_authority(command->cert_dir, credentials->authority, err);
    if (rc == 0)
        rc = make_keys(command, all_offers(command, fabric), &credentials->keys, err);
    if (rc == 0 && command->client_ca)
        rc = sim_client_ca_new(command->client_ca, &credentials->client_ca, err);
    if (rc == 0 && command->cert)
        rc = sim_cert_load(command->cert, command->key, &credentials->cert, err);
    return rc;
}

static int serve(struct sim_command *command, struct sim_fabric *fabric, int stop_fd, struct hv_error *err) {
    HV_ATTR_CLEANUP(deinit_credentials) struct credentials credentials = { 0 };
    HV_CLEANUP(sim_server_free) struct sim_server *server = NULL;
    struct sim_server_options options = { .fabric = fabric,
                                          .users = &command->users,
                                          .arms = &command->arms,
                                          .port_base = command->port_base,
                                          .with_http = command->with_http,
                                          .enumeration_ms = command->enumeration_ms,
                                          .max_operations = command->max_operations,
                                          .manner = command->manner,
                                          .policy = command->policy,
                                          .request_log = command->request_log,
                                          .state_file = command->state_file,
                                          .state_ms = command->state_ms };
    int rc = make_credentials(command, fabric, &credentials, err);

    if (rc < 0)
        return rc;
    options.authority = credentials.authority;
    options.cert = command->cert ? &credentials.cert : NULL;
    options.policy.keys = credentials.keys;
    options.policy.client_ca = credentials.client_ca;
    options.policy.certmaps = &command->certmaps;
    if (getrandom(&options.seed, sizeof(options.seed), 0) != (ssize_t)sizeof(options.seed))
        return hv_error_set(err, HV_E_INTERNAL, "no random numbers");
    rc = sim_arms_load(&command->arms, fabric, err);
    if (rc == 0)
        rc = sim_server_new(&options, &server, err);
    if (rc < 0)
        return rc;
    sim_server_announce(server);
    return sim_server_run(server, stop_fd, err);
}

static int run(struct sim_command *command, struct hv_error *err) {
    HV_CLEANUP(sim_fabric_free) struct sim_fabric *fabric = NULL;
    const pid_t parent = getppid();
    int stop_fd;
    int rc;

    if (command->exit_with_parent && (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != parent))
        return hv_error_set(err, HV_E_FAILED, "the parent process is gone");
    stop_fd = open_signals();
    if (stop_fd < 0)
        return hv_error_set(err, HV_E_INTERNAL, "cannot receive signals");
    rc = sim_fabric_new(&command->model, real_time_us(), &fabric, err);
    if (rc == 0)
        rc = serve(command, fabric, stop_fd, err);
    (void)close(stop_fd);
    return rc;
}

int main(int argc, char **argv) {
    struct hv_error err = { 0 };
    struct sim_command command;
    int rc;

    xmlInitParser();
    rc = sim_command_read(&command, argc, argv, &err);
    if (rc == 0)
        rc = run(&command, &err);
    sim_command_deinit(&command);
    xmlCleanupParser();
    if (rc < 0) {
        (void)fprintf(stderr, "hvsim: %s\n", err.message);
        if (*err.cause)
            (void)fprintf(stderr, "hvsim: %s\n", err.cause);
        return hv_error_exit_code(rc);
    }
    return 0;
}
