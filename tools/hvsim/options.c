/* Command line of hvsim. */
#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/secret.h"
#include "base/size.h"
#include "base/text.h"

enum {
    MAX_PASSWORD = 1024,
    MAX_SECONDS = 1000000,
    MAX_BULK = 10000000,
};

static const char usage[] =
    "Usage: hvsim [--user NAME:FILE] [--auth SCHEME,...] [--config FILE | --hosts NAME,NAME...] [OPTION...]\n"
    "Simulates Hyper-V hosts that answer WS-Management over HTTPS.\n"
    "\n"
    "  --config FILE          hosts and virtual machines from FILE (INI, or JSON by its suffix)\n"
    "  --hosts NAME,NAME...   the default inventory on hosts of these names\n"
    "  --version-profile [HOST=]NAME  Windows Server 2012, 2012r2, 2016, 1703, 1709, 2019, 2022, 23h2, 2025\n"
    "  --processor [HOST=]MAKER-MODEL  processors, such as Intel-1, Intel-2 or AMD-1\n"
    "  --user NAME:FILE       accept NAME with the password in FILE; may be given again\n"
    "  --port-base N          host I listens on port N + I; 0, the default: any free port\n"
    "  --http                 listen without TLS as well, for sealed messages only\n"
    "  --allow-unencrypted    take messages there that are not sealed, and Basic\n"
    "  --auth SCHEME,...      offer these of negotiate, ntlm, kerberos, basic, credssp, certificate; basic by default\n"
    "  --cbt LEVEL            channel binding: none, relaxed (the default) or strict\n"
    "  --keytab FILE          keys to accept Kerberos tickets with; KRB5_KTNAME by default\n"
    "  --ntlm-users FILE      users of NTLM, a line DOMAIN:NAME:PASSWORD each; NTLM_USER_FILE by default\n"
    "  --error-tokens         send the token that tells why a sign-in was refused\n"
    "  --client-ca FILE       let certificates of these authorities in\n"
    "  --certmapping SPEC     the user a certificate stands for, see hvsim(1); may be given again\n"
    "  --credssp-version N    the greatest version of CredSSP, 2 to 6; 6 by default\n"
    "  --credssp-tls VERSION  the greatest version of TLS in CredSSP, 1.2 or 1.3 (the default)\n"
    "  --cert-dir DIR         write the certificate of the authority to DIR/ca.pem\n"
    "  --cert FILE, --key FILE  certificate and key of all hosts, in place of their own\n"
    "  --time-scale X         X simulated seconds in a real one\n"
    "  --migrate-seconds N    simulated time that a move takes\n"
    "  --job-ttl N            simulated seconds from a job's end until it is gone\n"
    "  --enumeration-timeout N  real seconds until an idle enumeration is forgotten\n"
    "  --refuse-named-references  refuse &amp; and &lt; in embedded instances\n"
    "  --bulk CLASS=N         N generated instances; CLASS is Hvsim_Bulk of root/hvsim\n"
    "  --max-concurrent N     operations and open enumerations at once; 1500 by default\n"
    "  --peer PRODUCT         answer as winrm (the default), omi or openwsman\n"
    "  --quirk NAME           answer in an odd way, see hvsim(1); may be given again\n"
    "  --fault SPEC           cause trouble, see hvsim(1); may be given again\n"
    "  --request-log FILE     one JSON object a request\n"
    "  --state-file FILE      the true state as JSON, replaced at each change\n"
    "  --state-pause N        not before N seconds are over\n"
    "  --exit-with-parent     end when the parent process ends\n"
    "  --help, --version\n"
    "\n"
    "Prints \"ready NAME URL FINGERPRINT\" for each host once it accepts connections.\n";

static void profiles_free(struct sim_profile **profiles, size_t *n) {
    for (size_t i = 0; i < *n; i++)
        free((*profiles)[i].host);
    free(*profiles);
    *profiles = NULL;
    *n = 0;
}

void sim_command_deinit(struct sim_command *command) {
    for (size_t i = 0; i < command->n_host_names; i++)
        free(command->host_names[i]);
    free(command->host_names);
    profiles_free(&command->profiles, &command->n_profiles);
    profiles_free(&command->processors, &command->n_processors);
    command->host_names = NULL;
    command->n_host_names = 0;
    sim_users_deinit(&command->users);
    sim_arms_deinit(&command->arms);
    sim_certmaps_deinit(&command->certmaps);
}

static int bad_value(struct hv_error *err, const char *option, const char *value) {
    return hv_error_set(err, HV_E_ARGUMENT, "--%s: %s is no good value", option, value);
}

static int add_host_name(struct sim_command *command, const char *name, struct hv_error *err) {
    char **names = hv_grow(command->host_names, command->n_host_names, sizeof(*names));

    if (!*name)
        return hv_error_set(err, HV_E_ARGUMENT, "--hosts: a name is empty");
    if (!names)
        return hv_error_memory(err);
    command->host_names = names;
    if (hv_text_copy(name, &names[command->n_host_names], err) < 0)
        return HV_E_MEMORY;
    command->n_host_names++;
    return 0;
}

static int read_hosts(struct sim_command *command, const char *value, struct hv_error *err) {
    HV_CLEANUP_FREE char *copy = NULL;
    char *rest;
    int rc = hv_text_copy(value, &copy, err);

    rest = copy;
    while (rc == 0 && rest)
        rc = add_host_name(command, strsep(&rest, ","), err);
    command->model.host_names = (const char *const *)command->host_names;
    command->model.n_host_names = command->n_host_names;
    return rc;
}

/* "[HOST=]..." in VALUE, what stands behind being VERSION. */
static int add_profile(struct sim_profile **profiles, size_t *n, const char *value, const char *version, struct hv_error *err) {
    const char *equals = strchr(value, '=');
    struct sim_profile *grown = hv_grow(*profiles, *n, sizeof(*grown));

    if (!grown)
        return hv_error_memory(err);
    *profiles = grown;
    grown[*n] = (struct sim_profile){ .version = version };
    if (equals && hv_text_copy_n(value, (size_t)(equals - value), &grown[*n].host, err) < 0)
        return HV_E_MEMORY;
    (*n)++;
    return 0;
}

static const char *behind_host(const char *value) {
    const char *equals = strchr(value, '=');

    return equals ? equals + 1 : value;
}

/* "2016" or "hv02=2012r2". */
static int read_profile(struct sim_command *command, const char *value, struct hv_error *err) {
    const char *version = sim_profile_version(behind_host(value));
    int r;

    if (!version || *value == '=')
        return bad_value(err, "version-profile", value);
    r = add_profile(&command->profiles, &command->n_profiles, value, version, err);
    command->model.profiles = command->profiles;
    command->model.n_profiles = command->n_profiles;
    return r;
}

/* "AMD-1" or "hv02=Intel-2". */
static int read_processor(struct sim_command *command, const char *value, struct hv_error *err) {
    const char *name = behind_host(value);
    int r;

    if (!*name || *value == '=')
        return bad_value(err, "processor", value);
    r = add_profile(&command->processors, &command->n_processors, value, name, err);
    command->model.processors = command->processors;
    command->model.n_processors = command->n_processors;
    return r;
}

/* First line of the file, line end dropped. */
static int read_password(const char *path, char password[MAX_PASSWORD], struct hv_error *err) {
    FILE *file = fopen(path, "re");
    size_t n;

    if (!file)
        return hv_error_set(err, HV_E_ARGUMENT, "--user: cannot read %s: %s", path, strerror(errno));
    n = fread(password, 1, MAX_PASSWORD - 1, file);
    password[n] = '\0';
    (void)fclose(file);
    if (n > 0 && password[n - 1] == '\n')
        password[--n] = '\0';
    if (n > 0 && password[n - 1] == '\r')
        password[--n] = '\0';
    if (n == 0)
        return hv_error_set(err, HV_E_ARGUMENT, "--user: %s holds no password", path);
    return 0;
}

static int read_user(struct sim_command *command, const char *value, struct hv_error *err) {
    const char *colon = strchr(value, ':');
    HV_CLEANUP_FREE char *name = NULL;
    char password[MAX_PASSWORD];
    int rc;

    if (!colon || colon == value)
        return hv_error_set(err, HV_E_ARGUMENT, "--user: write NAME:FILE, with the password in FILE");
    rc = hv_text_copy_n(value, (size_t)(colon - value), &name, err);
    if (rc == 0)
        rc = read_password(colon + 1, password, err);
    if (rc == 0)
        rc = sim_users_add(&command->users, name, password, err);
    hv_secret_wipe(password, sizeof(password));
    return rc;
}

/* Decimal number with or without fraction, above 0, as thousandths. */
static bool read_decimal(const char *text, uint64_t *ret_thousandths) {
    const char *dot = strchr(text, '.');
    size_t n_whole = dot ? (size_t)(dot - text) : strlen(text);
    uint64_t whole = 0;
    uint64_t fraction = 0;

    if (!hv_text_u64(text, n_whole, 0, UINT32_MAX, &whole))
        return false;
    if (dot) {
        size_t n = strlen(dot + 1);
        if (n > 3 || !hv_text_u64(dot + 1, n, 0, 999, &fraction))
            return false;
        for (; n < 3; n++)
            fraction *= 10;
    }
    if (whole == 0 && fraction == 0)
        return false;
    *ret_thousandths = whole * 1000 + fraction;
    return true;
}

static int read_seconds(const char *option, const char *value, uint64_t *ret_ms, struct hv_error *err) {
    uint64_t ms;

    if (!read_decimal(value, &ms) || ms > (uint64_t)MAX_SECONDS * 1000)
        return bad_value(err, option, value);
    *ret_ms = ms;
    return 0;
}

enum option_code {
    OPT_CONFIG = 1000,
    OPT_HOSTS,
    OPT_VERSION_PROFILE,
    OPT_PROCESSOR,
    OPT_USER,
    OPT_PORT_BASE,
    OPT_HTTP,
    OPT_CERT_DIR,
    OPT_TIME_SCALE,
    OPT_MIGRATE_SECONDS,
    OPT_JOB_TTL,
    OPT_ENUMERATION_TIMEOUT,
    OPT_REFUSE_NAMED,
    OPT_BULK,
    OPT_MAX_CONCURRENT,
    OPT_PEER,
    OPT_QUIRK,
    OPT_FAULT,
    OPT_REQUEST_LOG,
    OPT_STATE_FILE,
    OPT_STATE_PAUSE,
    OPT_EXIT_WITH_PARENT,
    OPT_AUTH,
    OPT_ALLOW_UNENCRYPTED,
    OPT_CBT,
    OPT_KEYTAB,
    OPT_NTLM_USERS,
    OPT_ERROR_TOKENS,
    OPT_CREDSSP_VERSION,
    OPT_CREDSSP_TLS,
    OPT_CLIENT_CA,
    OPT_CERTMAPPING,
    OPT_CERT,
    OPT_KEY,
    OPT_HELP,
    OPT_VERSION,
};

static const struct option options[] = {
    { "config", required_argument, NULL, OPT_CONFIG },
    { "hosts", required_argument, NULL, OPT_HOSTS },
    { "version-profile", required_argument, NULL, OPT_VERSION_PROFILE },
    { "processor", required_argument, NULL, OPT_PROCESSOR },
    { "user", required_argument, NULL, OPT_USER },
    { "port-base", required_argument, NULL, OPT_PORT_BASE },
    { "http", no_argument, NULL, OPT_HTTP },
    { "cert-dir", required_argument, NULL, OPT_CERT_DIR },
    { "time-scale", required_argument, NULL, OPT_TIME_SCALE },
    { "migrate-seconds", required_argument, NULL, OPT_MIGRATE_SECONDS },
    { "job-ttl", required_argument, NULL, OPT_JOB_TTL },
    { "enumeration-timeout", required_argument, NULL, OPT_ENUMERATION_TIMEOUT },
    { "refuse-named-references", no_argument, NULL, OPT_REFUSE_NAMED },
    { "bulk", required_argument, NULL, OPT_BULK },
    { "max-concurrent", required_argument, NULL, OPT_MAX_CONCURRENT },
    { "peer", required_argument, NULL, OPT_PEER },
    { "quirk", required_argument, NULL, OPT_QUIRK },
    { "fault", required_argument, NULL, OPT_FAULT },
    { "request-log", required_argument, NULL, OPT_REQUEST_LOG },
    { "state-file", required_argument, NULL, OPT_STATE_FILE },
    { "state-pause", required_argument, NULL, OPT_STATE_PAUSE },
    { "exit-with-parent", no_argument, NULL, OPT_EXIT_WITH_PARENT },
    { "auth", required_argument, NULL, OPT_AUTH },
    { "allow-unencrypted", no_argument, NULL, OPT_ALLOW_UNENCRYPTED },
    { "cbt", required_argument, NULL, OPT_CBT },
    { "keytab", required_argument, NULL, OPT_KEYTAB },
    { "ntlm-users", required_argument, NULL, OPT_NTLM_USERS },
    { "error-tokens", no_argument, NULL, OPT_ERROR_TOKENS },
    { "credssp-version", required_argument, NULL, OPT_CREDSSP_VERSION },
    { "credssp-tls", required_argument, NULL, OPT_CREDSSP_TLS },
    { "client-ca", required_argument, NULL, OPT_CLIENT_CA },
    { "certmapping", required_argument, NULL, OPT_CERTMAPPING },
    { "cert", required_argument, NULL, OPT_CERT },
    { "key", required_argument, NULL, OPT_KEY },
    { "help", no_argument, NULL, OPT_HELP },
    { "version", no_argument, NULL, OPT_VERSION },
    { NULL, 0, NULL, 0 },
};

static int read_bulk(struct sim_command *command, const char *value, struct hv_error *err) {
    static const char prefix[] = "Hvsim_Bulk=";
    const char *number = value + strlen(prefix);
    uint64_t n = 0;

    if (!hv_text_starts_same(value, prefix) || !hv_text_u64(number, strlen(number), 0, MAX_BULK, &n))
        return bad_value(err, "bulk", value);
    command->model.bulk_items = (uint32_t)n;
    return 0;
}

static int read_peer(struct sim_command *command, const char *value, struct hv_error *err) {
    return sim_peer_find(value, &command->manner.peer) ? 0 : bad_value(err, "peer", value);
}

static int read_quirk(struct sim_command *command, const char *value, struct hv_error *err) {
    enum sim_quirk quirk;

    if (!sim_quirk_find(value, &quirk))
        return bad_value(err, "quirk", value);
    command->manner.quirks |= UINT32_C(1) << quirk;
    return 0;
}

static int read_number(struct sim_command *command, int option, const char *value, struct hv_error *err) {
    uint64_t number = 0;

    switch (option) {
    case OPT_PORT_BASE:
        if (!hv_text_u64(value, strlen(value), 0, UINT16_MAX, &number))
            return bad_value(err, "port-base", value);
        command->port_base = (uint16_t)number;
        return 0;
    case OPT_MAX_CONCURRENT:
        if (!hv_text_u64(value, strlen(value), 1, SIM_MAX_CONTEXTS, &number))
            return bad_value(err, "max-concurrent", value);
        command->max_operations = (uint32_t)number;
        return 0;
    case OPT_TIME_SCALE:
        if (!read_decimal(value, &number))
            return bad_value(err, "time-scale", value);
        command->model.time_scale = (double)number / 1000;
        return 0;
    case OPT_MIGRATE_SECONDS:
        return read_seconds("migrate-seconds", value, &command->model.migrate_ms, err);
    case OPT_JOB_TTL:
        return read_seconds("job-ttl", value, &command->model.job_ttl_ms, err);
    case OPT_STATE_PAUSE:
        return read_seconds("state-pause", value, &command->state_ms, err);
    default:
        return read_seconds("enumeration-timeout", value, &command->enumeration_ms, err);
    }
}

static int read_sign_in(struct sim_command *command, int option, const char *value, struct hv_error *err) {
    struct sim_policy *policy = &command->policy;
    uint64_t number;

    switch (option) {
    case OPT_AUTH:
        return sim_offers_read(value, &policy->offers) ? 0 : bad_value(err, "auth", value);
    case OPT_CBT:
        return sim_cbt_find(value, &policy->cbt) ? 0 : bad_value(err, "cbt", value);
    case OPT_ALLOW_UNENCRYPTED:
        policy->allow_unencrypted = true;
        return 0;
    case OPT_ERROR_TOKENS:
        policy->error_tokens = true;
        return 0;
    case OPT_CREDSSP_VERSION:
        if (!hv_text_u64(value, strlen(value), SIM_CREDSSP_MIN, SIM_CREDSSP_MAX, &number))
            return bad_value(err, "credssp-version", value);
        policy->credssp_version = (unsigned)number;
        return 0;
    case OPT_CREDSSP_TLS:
        if (strcmp(value, "1.2") != 0 && strcmp(value, "1.3") != 0)
            return bad_value(err, "credssp-tls", value);
        policy->credssp_tls = value[2] == '2' ? 2 : 3;
        return 0;
    case OPT_CERTMAPPING:
        return sim_certmaps_add(&command->certmaps, value, err);
    case OPT_CLIENT_CA:
        command->client_ca = value;
        return 0;
    case OPT_CERT:
        command->cert = value;
        return 0;
    case OPT_KEY:
        command->key = value;
        return 0;
    case OPT_KEYTAB:
        command->keytab = value;
        return 0;
    case OPT_NTLM_USERS:
        command->ntlm_users = value;
        return 0;
    default:
        return read_number(command, option, value, err);
    }
}

static int read_option(struct sim_command *command, int option, const char *value, struct hv_error *err) {
    switch (option) {
    case OPT_CONFIG:
        command->model.config_path = value;
        return 0;
    case OPT_HOSTS:
        return read_hosts(command, value, err);
    case OPT_VERSION_PROFILE:
        return read_profile(command, value, err);
    case OPT_PROCESSOR:
        return read_processor(command, value, err);
    case OPT_USER:
        return read_user(command, value, err);
    case OPT_HTTP:
        command->with_http = true;
        return 0;
    case OPT_CERT_DIR:
        command->cert_dir = value;
        return 0;
    case OPT_REFUSE_NAMED:
        command->model.refuse_named_references = true;
        return 0;
    case OPT_BULK:
        return read_bulk(command, value, err);
    case OPT_PEER:
        return read_peer(command, value, err);
    case OPT_QUIRK:
        return read_quirk(command, value, err);
    case OPT_FAULT:
        return sim_arms_add(&command->arms, value, err);
    case OPT_REQUEST_LOG:
        command->request_log = value;
        return 0;
    case OPT_STATE_FILE:
        command->state_file = value;
        return 0;
    case OPT_EXIT_WITH_PARENT:
        command->exit_with_parent = true;
        return 0;
    case OPT_HELP:
        (void)fputs(usage, stdout);
        return 1;
    case OPT_VERSION:
        (void)puts("hvsim " HVSIM_VERSION);
        return 1;
    case '?':
        return hv_error_set(err, HV_E_ARGUMENT, "see hvsim --help");
    default:
        return read_sign_in(command, option, value, err);
    }
}

int sim_command_read(struct sim_command *command, int argc, char **argv, struct hv_error *err) {
    int option;

    *command =
        (struct sim_command){ .policy = { .offers = SIM_OFFER_BASIC, .credssp_version = SIM_CREDSSP_MAX, .credssp_tls = 3 } };
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        int rc = read_option(command, option, optarg, err);
        if (rc != 0)
            return rc;
    }
    if (optind < argc)
        return hv_error_set(err, HV_E_ARGUMENT, "%s is no option; see hvsim --help", argv[optind]);
    if (command->model.config_path && command->n_host_names)
        return hv_error_set(err, HV_E_ARGUMENT, "--config and --hosts exclude each other");
    if (!command->cert != !command->key)
        return hv_error_set(err, HV_E_ARGUMENT, "--cert and --key go together");
    return 0;
}
