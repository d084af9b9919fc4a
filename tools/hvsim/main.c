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

/* The libraries read names in the character set of the locale, and find their files in the environment. */
static int make_keys(const struct sim_command *command, struct sim_keys **ret_keys, struct hv_error *err) {
    const unsigned talks = SIM_OFFER_NEGOTIATE | SIM_OFFER_NTLM | SIM_OFFER_KERBEROS | SIM_OFFER_CREDSSP;

    if (!(command->policy.offers & talks))
        return 0;
    (void)setlocale(LC_CTYPE, "C.UTF-8");
    if ((command->keytab && setenv("KRB5_KTNAME", command->keytab, 1) < 0) ||
        (command->ntlm_users && setenv("NTLM_USER_FILE", command->ntlm_users, 1) < 0))
        return hv_error_memory(err);
    return sim_keys_new((command->policy.offers & SIM_OFFER_KERBEROS) || command->keytab, ret_keys, err);
}

static int serve(struct sim_command *command, struct sim_fabric *fabric, int stop_fd, struct hv_error *err) {
    HV_CLEANUP(sim_authority_free) struct sim_authority *authority = NULL;
    HV_CLEANUP(sim_keys_free) struct sim_keys *keys = NULL;
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
                                          .state_file = command->state_file };
    int rc = sim_authority_new(&authority, err);

    if (rc < 0)
        return rc;
    options.authority = authority;
    if (getrandom(&options.seed, sizeof(options.seed), 0) != (ssize_t)sizeof(options.seed))
        return hv_error_set(err, HV_E_INTERNAL, "no random numbers");
    rc = make_keys(command, &keys, err);
    options.policy.keys = keys;
    if (rc == 0)
        rc = sim_arms_load(&command->arms, fabric, err);
    if (rc == 0 && command->cert_dir)
        rc = write_authority(command->cert_dir, authority, err);
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
