/* From what the user gave to hosts that can be asked (ux.md 2, 7 and 8). */
#include "cli/connect.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/credentials.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/password.h"
#include "cli/recording.h"
#include "cli/say.h"
#include "cli/signals.h"
#include "cli/trust.h"

/* How long the client may wait before we look at signals and progress again. */
enum { TURN_MS = 200 };

static const char *environment(const char *name) {
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

static void write_trace(void *context, const char *line) {
    struct hv_connection *connection = context;
    char now[HV_TIME_TEXT_SIZE];

    if (connection->trace) {
        hv_json_now(now);
        (void)fprintf(connection->trace, "%s %s\n", now, line);
        (void)fflush(connection->trace);
    }
    if (connection->out->verbose > 1)
        hv_say_note(connection->out, "trace: %s", line);
}

static int open_trace(struct hv_connection *connection, const struct hv_args *args, struct hv_error *err) {
    const char *path = hv_args_value(args, HV_OPT_TRACE);
    struct stat status;
    int fd;

    path = path ? path : environment("HVCTL_TRACE");
    if (!path)
        return 0;
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd >= 0 && fstat(fd, &status) == 0 && S_ISREG(status.st_mode) && fchmod(fd, 0600) == 0)
        connection->trace = fdopen(fd, "w");
    else if (fd >= 0 && !S_ISREG(status.st_mode))
        connection->trace = fdopen(fd, "w");
    if (connection->trace)
        return 0;
    hv_usage_error(err, "check its path and permissions", "the trace file %s cannot be written: %s", path, strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return HV_E_ARGUMENT;
}

static int add_endpoint(struct hv_endpoint **list, size_t *n, const char *text, uint64_t port, struct hv_error *err) {
    struct hv_endpoint *grown = hv_grow(*list, *n, sizeof(**list));
    struct hv_endpoint *endpoint;
    int rc;

    if (!grown)
        return hv_error_memory(err);
    *list = grown;
    endpoint = &grown[(*n)++];
    memset(endpoint, 0, sizeof(*endpoint));
    rc = hv_address_with_port(text, port, &endpoint->address, err);
    return rc < 0 ? rc : hv_address_label(endpoint->address, &endpoint->label, err);
}

/* A secret in an address would be in argv, and in every message. */
static int check_address(const char *text, struct hv_error *err) {
    if (!strchr(text, '@'))
        return 0;
    hv_error_set(err, HV_E_ARGUMENT, "the address of a host takes no user or password");
    hv_error_remedy(err, "give -u USER and --password-file FILE");
    return HV_E_ARGUMENT;
}

/* All values of OPTION, which may be lists with commas; ONE, when not NULL, stands for them. */
static int collect_hosts(const struct hv_args *args, enum hv_opt option, const char *one, struct hv_endpoint **list, size_t *n,
                         struct hv_error *err) {
    size_t n_values = one ? 1 : hv_args_count(args, option);
    uint64_t port = hv_args_number(args, HV_OPT_PORT, 0);
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n_values; i++) {
        const char *at = one ? one : hv_args_nth(args, option, i);

        while (rc == 0 && at) {
            size_t n_name = strcspn(at, ",");
            HV_CLEANUP_FREE char *name = NULL;

            rc = hv_text_copy_n(at, n_name, &name, err);
            if (rc == 0)
                rc = check_address(name, err);
            if (rc == 0 && (n_name == 0 || *n >= HV_MAX_HOSTS))
                rc = hv_usage_error(err, "give --host NAME, or several with commas between", "%s",
                                    n_name == 0 ? "a host's name is empty" : "too many hosts");
            if (rc == 0)
                rc = add_endpoint(list, n, name, port, err);
            at = at[n_name] ? at + n_name + 1 : NULL;
        }
    }
    return rc;
}

/* A move from a host to itself would show the VM on "both" hosts, whatever became of it. */
static int check_route(const struct hv_connection *connection, struct hv_error *err) {
    for (size_t i = 0; i < connection->n_destinations; i++) {
        const char *to = connection->destinations[i].label;
        if (connection->n_sources == 0 || !hv_text_same(connection->sources[0].label, to))
            continue;
        hv_error_set(err, HV_E_ARGUMENT, "%s is both the source and the destination", to);
        hv_error_remedy(err, "name two hosts");
        hv_error_remedy(err, "to move the storage of a VM within its host: hvctl move-storage");
        return HV_E_ARGUMENT;
    }
    return 0;
}

static int check_hosts(const struct hv_connection *connection, const struct hv_connect_plan *plan, struct hv_error *err) {
    if (connection->n_sources == 0 && !plan->may_lack_source) {
        hv_error_set(err, HV_E_ARGUMENT, "no host was named");
        hv_error_remedy(err, "give --host HOST (or --from HOST)");
        hv_error_remedy(err, "set HVCTL_HOST");
        return HV_E_ARGUMENT;
    }
    if (connection->n_sources > plan->max_sources)
        return hv_usage_error(err, "name one --host", "this command works on one host, %zu were named", connection->n_sources);
    if (connection->n_destinations < plan->min_destinations) {
        hv_error_set(err, HV_E_ARGUMENT, "no destination was named");
        hv_error_remedy(err, "give --to HOST");
        return HV_E_ARGUMENT;
    }
    if (connection->n_destinations > plan->max_destinations)
        return hv_usage_error(err, "name one --to", "this command takes one destination, %zu were named",
                              connection->n_destinations);
    return plan->any_route ? 0 : check_route(connection, err);
}

const char *hv_connection_named_source(const struct hv_args *args) {
    return hv_args_has(args, HV_OPT_HOST) ? hv_args_value(args, HV_OPT_HOST) : environment("HVCTL_HOST");
}

static int find_hosts(struct hv_connection *connection, const struct hv_connect_plan *plan, const struct hv_args *args,
                      struct hv_error *err) {
    const char *source = plan->source;
    int rc;

    if (!source && !hv_args_has(args, HV_OPT_HOST))
        source = environment("HVCTL_HOST");
    rc = collect_hosts(args, HV_OPT_HOST, source, &connection->sources, &connection->n_sources, err);
    if (rc == 0)
        rc = collect_hosts(args, HV_OPT_TO, plan->destination, &connection->destinations, &connection->n_destinations, err);
    return rc < 0 ? rc : check_hosts(connection, plan, err);
}

/* What was named now takes the place of what was trusted before. */
static int find_fingerprints(const struct hv_connection *connection, const struct hv_endpoint *endpoint,
                             const struct hv_args *args, struct hv_trusted *ret_trusted, struct hv_error *err) {
    size_t n = hv_args_count(args, HV_OPT_FINGERPRINT);

    if (n == 0)
        return hv_trust_find(&connection->known, endpoint->address, ret_trusted, err);
    if (n > HV_KNOWN_MAX_PINS)
        return hv_usage_error(err, "give those of the hosts that are named", "more than %d fingerprints", HV_KNOWN_MAX_PINS);
    for (size_t i = 0; i < n; i++)
        ret_trusted->list[i] = hv_args_nth(args, HV_OPT_FINGERPRINT, i);
    ret_trusted->n = n;
    return 0;
}

static int add_host(struct hv_connection *connection, struct hv_endpoint *endpoint, const struct hv_account *account,
                    const struct hv_args *args, struct hv_error *err) {
    HV_CLEANUP(hv_secret_end) struct hv_secret *proxy_password = NULL;
    struct hv_trusted trusted = { .n = 0 };
    struct hv_host_options options = {
        .address = endpoint->address,
        .name = endpoint->label,
        .auth = HV_AUTH_NONE,
        .user = account->user,
        .password = hv_secret_text(account->password),
        .http_unencrypted_ok = hv_args_has(args, HV_OPT_HTTP_UNENCRYPTED_OK),
    };
    int rc;

    /* A recording asks for no trust, no password and no proxy: files that options name may be elsewhere. */
    if (connection->replays)
        return hv_client_add_host(connection->client, &options, &endpoint->host, err);
    rc = find_fingerprints(connection, endpoint, args, &trusted, err);
    if (rc < 0)
        return rc;
    options.fingerprints = trusted.list;
    options.n_fingerprints = trusted.n;
    options.trusted_by = trusted.by[0] ? trusted.by : NULL;
    hv_trust_options(args, &options);
    if (!connection->anonymous) {
        hv_schemes_apply(&connection->schemes, args, &options);
        hv_client_cert_apply(&connection->cert, &options);
    }
    rc = hv_proxy_options(args, &options, &proxy_password, err);
    if (rc < 0)
        return rc;
    return hv_client_add_host(connection->client, &options, &endpoint->host, err);
}

/* CREDENTIALS is NULL where nobody signs in. */
static int add_side(struct hv_connection *connection, enum hv_side side, struct hv_credentials *credentials,
                    const struct hv_args *args, struct hv_error *err) {
    struct hv_endpoint *list = side == HV_SIDE_SOURCE ? connection->sources : connection->destinations;
    size_t n = side == HV_SIDE_SOURCE ? connection->n_sources : connection->n_destinations;
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < n; i++) {
        HV_ATTR_CLEANUP(hv_account_deinit) struct hv_account account = { 0 };

        if (credentials)
            rc = hv_credentials_find(credentials, side, list[i].address, list[i].label, &account, err);
        list[i].as_local = account.user && hv_text_starts(account.user, ".\\");
        if (rc == 0 && account.password && connection->out->verbose > 0)
            hv_say_note(connection->out, "%s: signing in as %s, password from %s", list[i].label, account.user, account.found_in);
        if (rc == 0)
            rc = add_host(connection, &list[i], &account, args, err);
    }
    return rc;
}

static int add_hosts(struct hv_connection *connection, const struct hv_args *args, struct hv_error *err) {
    HV_ATTR_CLEANUP(hv_credentials_deinit) struct hv_credentials credentials = { 0 };
    bool is_known = connection->anonymous || hv_recording_replays(args); /* or nobody to sign in to */
    struct hv_credentials *used = is_known ? NULL : &credentials;
    int rc = used ? hv_credentials_init(used, args, err) : 0;

    credentials.may_lack = !hv_schemes_need_password(&connection->schemes);
    if (rc == 0 && used)
        rc = hv_client_cert_init(&connection->cert, &connection->schemes, args, err);
    if (hv_schemes_are_certificate(&connection->schemes))
        used = NULL;
    if (rc == 0)
        rc = add_side(connection, HV_SIDE_SOURCE, used, args, err);
    if (rc == 0)
        rc = add_side(connection, HV_SIDE_DESTINATION, used, args, err);
    hv_client_cert_deinit(&connection->cert);
    hv_proxy_forget();
    return rc < 0 ? rc : hv_recording_name(connection, args, err);
}

static int start_client(struct hv_connection *connection, const struct hv_args *args, struct hv_error *err) {
    struct hv_client_options options = {
        .connect_timeout_ms = hv_args_ms(args, HV_OPT_CONNECT_TIMEOUT, 0),
        .operation_timeout_ms = hv_args_ms(args, HV_OPT_REQUEST_TIMEOUT, 0),
        .poll_ms = hv_args_ms(args, HV_OPT_POLL, 0),
        .trace_context = connection,
    };
    int rc = hv_process_init(err);

    if (connection->trace || connection->out->verbose > 1)
        options.trace = write_trace;
    connection->replays = hv_recording_replays(args) != NULL;
    return rc < 0 ? rc : hv_recording_start(connection, &options, args, err);
}

static void warn_about_trust(const struct hv_connection *connection, const struct hv_args *args) {
    bool clear = false;

    for (size_t i = 0; i < connection->n_sources; i++)
        clear = clear || hv_text_starts_same(connection->sources[i].address, "http://");
    for (size_t i = 0; i < connection->n_destinations; i++)
        clear = clear || hv_text_starts_same(connection->destinations[i].address, "http://");
    if (hv_args_has(args, HV_OPT_INSECURE))
        hv_say_warning(connection->out, "certificates are not verified (--insecure)");
    if (!connection->anonymous && !connection->replays)
        hv_schemes_warn(&connection->schemes, clear, args, connection->out);
}

int hv_connection_init(struct hv_connection *connection, const struct hv_connect_plan *plan, const struct hv_args *args,
                       struct hv_output *out, struct hv_error *err) {
    int rc;

    memset(connection, 0, sizeof(*connection));
    connection->out = out;
    connection->anonymous = plan->anonymous;
    rc = hv_schemes_parse(args, &connection->schemes, err);
    if (rc == 0)
        rc = find_hosts(connection, plan, args, err);
    if (rc == 0 && !hv_args_has(args, HV_OPT_FINGERPRINT) && !hv_recording_replays(args))
        rc = hv_known_hosts_load(&connection->known, err);
    if (rc == 0)
        rc = open_trace(connection, args, err);
    if (rc == 0)
        rc = start_client(connection, args, err);
    if (rc < 0)
        return rc;
    /* Before a password is typed. */
    warn_about_trust(connection, args);
    return add_hosts(connection, args, err);
}

static void endpoints_free(struct hv_endpoint *endpoints, size_t n) {
    for (size_t i = 0; i < n; i++) {
        free(endpoints[i].address);
        free(endpoints[i].label);
    }
    free(endpoints);
}

void hv_connection_deinit(struct hv_connection *connection) {
    hv_recording_end(connection);
    connection->client = hv_client_free(connection->client);
    hv_password_guard(false);
    hv_known_hosts_deinit(&connection->known);
    endpoints_free(connection->sources, connection->n_sources);
    endpoints_free(connection->destinations, connection->n_destinations);
    if (connection->trace)
        (void)fclose(connection->trace);
    memset(connection, 0, sizeof(*connection));
}

int hv_connection_run(struct hv_connection *connection, struct hv_error *err) {
    bool asked_to_stop = false;
    int rc;

    do {
        hv_recording_watch(connection);
        if (!asked_to_stop && (hv_signals_caught() != 0 || hv_output_is_broken(connection->out))) {
            hv_client_detach(connection->client);
            asked_to_stop = true;
        }
        rc = hv_client_turn(connection->client, TURN_MS, err);
        hv_output_flush(connection->out);
    } while (rc > 0);
    return rc;
}

/* What a task concludes from good answers, such as "there is no such VM", does not tell where it looked. */
static void name_host(struct hv_error *err, const char *label) {
    if (err->host[0])
        return;
    hv_error_prefix(err, "%s", label);
    memcpy(err->host, label, strnlen(label, sizeof(err->host) - 1));
}

int hv_connection_do(struct hv_connection *connection, struct hv_task *task, struct hv_error *err) {
    const struct hv_error *error = NULL;
    int rc = hv_client_start(connection->client, task, connection->sources[0].host, NULL, err);

    if (rc == 0)
        rc = hv_connection_run(connection, err);
    if (rc < 0)
        return rc;
    rc = hv_task_result(task, &error);
    if (rc < 0 && error) {
        (void)hv_error_copy(err, error);
        name_host(err, connection->sources[0].label);
    }
    return rc;
}
