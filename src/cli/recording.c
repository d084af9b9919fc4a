/* Clients that record and replay, from options. */
#include "cli/recording.h"

#include <hvctl/fixture.h>
#include <signal.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "base/uuid.h"
#include "cli/options.h"
#include "cli/output.h"
#include "cli/say.h"
#include "cli/signals.h"

enum { MAX_COMMAND = 64 * 1024 };

static const char *environment(const char *name) {
    const char *value = getenv(name);

    return value && *value ? value : NULL;
}

const char *hv_recording_replays(const struct hv_args *args) {
    const char *directory = hv_args_value(args, HV_OPT_REPLAY);

    if (directory || hv_args_has(args, HV_OPT_RECORD))
        return directory;
    return environment("HVCTL_FIXTURE");
}

/* ---- the command line as it is kept ---- */

/* Where we come from and whom we trust is nobody's business, and no use to a replay. */
static bool is_private(enum hv_opt option) {
    static const enum hv_opt options[] = {
        HV_OPT_RECORD,
        HV_OPT_REPLAY,
        HV_OPT_LENIENT,
        HV_OPT_NO_REDACT,
        HV_OPT_REDACT_RULES,
        HV_OPT_YES,
        HV_OPT_USER,
        HV_OPT_TO_USER,
        HV_OPT_PASSWORD_FILE,
        HV_OPT_TO_PASSWORD_FILE,
        HV_OPT_PASSWORD_FD,
        HV_OPT_NO_PROMPT,
        HV_OPT_AUTH,
        HV_OPT_KEYTAB,
        HV_OPT_CERT,
        HV_OPT_KEY,
        HV_OPT_KEY_PASSWORD_FILE,
        HV_OPT_KEY_PASSWORD_FD,
        HV_OPT_SPN_SERVICE,
        HV_OPT_SPN_HOST,
        HV_OPT_DELEGATE,
        HV_OPT_NO_CHANNEL_BINDING,
        HV_OPT_CACERT,
        HV_OPT_CAPATH,
        HV_OPT_TO_PASSWORD_FD,
        HV_OPT_NETRC_FILE,
        HV_OPT_PROXY,
        HV_OPT_PROXY_USER,
        HV_OPT_PROXY_PASSWORD_FILE,
        HV_OPT_PINNEDPUBKEY,
        HV_OPT_FINGERPRINT,
        HV_OPT_INSECURE,
        HV_OPT_TRACE,
        HV_OPT_HTTP_UNENCRYPTED_OK,
        HV_OPT_PORT,
        HV_OPT_CONNECT_TIMEOUT,
        HV_OPT_NO_COLOR,
        HV_OPT_HOST,
        HV_OPT_HOSTS,
        HV_OPT_TO,
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(options); i++) {
        if (options[i] == option)
            return true;
    }
    return false;
}

/* One word, in quotes where a shell needs them. */
static void put_word(struct hv_buf *buf, const char *word) {
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=,@%+";

    hv_buf_putc(buf, ' ');
    if (*word && word[strspn(word, plain)] == '\0') {
        hv_buf_puts(buf, word);
        return;
    }
    hv_buf_putc(buf, '\'');
    for (; *word; word++) {
        if (*word == '\'')
            hv_buf_puts(buf, "'\\''");
        else
            hv_buf_putc(buf, *word);
    }
    hv_buf_putc(buf, '\'');
}

static void put_hosts(struct hv_buf *buf, const char *option, const struct hv_endpoint *endpoints, size_t n) {
    for (size_t i = 0; i < n; i++) {
        put_word(buf, option);
        put_word(buf, endpoints[i].label);
    }
}

/* A host among the operands is written as its messages call it. */
static void put_operand(struct hv_buf *buf, const char *operand) {
    HV_CLEANUP_FREE char *label = NULL;

    if (strstr(operand, "://") && hv_address_label(operand, &label, NULL) == 0)
        put_word(buf, label);
    else
        put_word(buf, operand);
}

static int build_command(const struct hv_connection *connection, const struct hv_args *args, char **ret_command,
                         struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(MAX_COMMAND);

    hv_buf_puts(&buf, "hvctl");
    for (size_t i = 0; i < args->n_words; i++)
        put_operand(&buf, args->words[i]);
    /* A command without the option has its hosts among the operands. */
    if (args->command->groups & HV_GROUP_HOST)
        put_hosts(&buf, hv_args_has(args, HV_OPT_HOSTS) ? "--hosts" : "--host", connection->sources, connection->n_sources);
    if (args->command->groups & HV_GROUP_TO)
        put_hosts(&buf, "--to", connection->destinations, connection->n_destinations);
    for (size_t i = 0; i < hv_args_n_options(args); i++) {
        const struct hv_opt_row *row = hv_args_option(args, i);
        const char *value = hv_args_option_value(args, i);

        if (is_private(row->id))
            continue;
        hv_buf_printf(&buf, " --%s", row->name);
        if (row->kind != HV_KIND_FLAG)
            put_word(&buf, value);
    }
    return hv_buf_take(&buf, "the command line", ret_command, err);
}

/* ---- the client ---- */

static void warn(void *context, const char *text) {
    const struct hv_connection *connection = context;

    hv_say_warning(connection->out, "%s", text);
}

static int check_options(const struct hv_args *args, struct hv_error *err) {
    if (hv_args_has(args, HV_OPT_RECORD) && hv_args_has(args, HV_OPT_REPLAY)) {
        hv_error_set(err, HV_E_ARGUMENT, "--record and --replay exclude each other");
        hv_error_remedy(err, "give one of them");
        return HV_E_ARGUMENT;
    }
    if (!hv_args_has(args, HV_OPT_RECORD) || !hv_args_has(args, HV_OPT_NO_REDACT) || hv_args_has(args, HV_OPT_YES))
        return 0;
    hv_error_set(err, HV_E_ARGUMENT, "--no-redact leaves the names of hosts, users, VMs and files in the recording");
    hv_error_remedy(err, "say --yes if that is what you want");
    return HV_E_ARGUMENT;
}

static int start_recording(struct hv_connection *connection, const struct hv_client_options *options, const struct hv_args *args,
                           struct hv_error *err) {
    HV_CLEANUP_FREE char *command = NULL;
    struct hv_record_options record = {
        .directory = hv_args_value(args, HV_OPT_RECORD),
        .rules = hv_args_value(args, HV_OPT_REDACT_RULES),
        .keep_names = hv_args_has(args, HV_OPT_NO_REDACT),
    };
    int rc = build_command(connection, args, &command, err);

    record.command = command;
    return rc < 0 ? rc : hv_client_new_recording(options, &record, &connection->client, err);
}

static int start_replaying(struct hv_connection *connection, const struct hv_client_options *options, const struct hv_args *args,
                           struct hv_error *err) {
    HV_CLEANUP_FREE char *command = NULL;
    struct hv_replay_options replay = {
        .directory = hv_recording_replays(args),
        .lenient = hv_args_has(args, HV_OPT_LENIENT),
        .warn = warn,
        .context = connection,
    };
    int rc = build_command(connection, args, &command, err);

    replay.command = command;
    return rc < 0 ? rc : hv_client_new_replaying(options, &replay, &connection->client, err);
}

int hv_recording_start(struct hv_connection *connection, const struct hv_client_options *options, const struct hv_args *args,
                       struct hv_error *err) {
    int rc = check_options(args, err);

    if (rc < 0)
        return rc;
    if (hv_recording_replays(args))
        return start_replaying(connection, options, args, err);
    if (hv_args_has(args, HV_OPT_RECORD))
        return start_recording(connection, options, args, err);
    return hv_client_new(options, &connection->client, err);
}

/* ---- names among the arguments ---- */

/* "SRC=DST", either a path or the bare name of a file. */
static int name_disk(struct hv_client *client, const char *pair, struct hv_error *err) {
    size_t n_source = strcspn(pair, "=");
    HV_CLEANUP_FREE char *source = NULL;
    int rc = hv_text_copy_n(pair, n_source, &source, err);

    if (rc == 0)
        rc = hv_client_record_name(client, HV_NAME_PATH, source, err);
    return rc == 0 ? hv_client_record_name(client, HV_NAME_PATH, pair[n_source] ? pair + n_source + 1 : NULL, err) : rc;
}

static int name_options(struct hv_client *client, const struct hv_args *args, struct hv_error *err) {
    static const struct {
        enum hv_opt option;
        enum hv_name_kind kind;
    } named[] = {
        { HV_OPT_USER, HV_NAME_USER },        { HV_OPT_TO_USER, HV_NAME_USER },     { HV_OPT_STORAGE, HV_NAME_PATH },
        { HV_OPT_TO_PATH, HV_NAME_PATH },     { HV_OPT_CONFIG_PATH, HV_NAME_PATH }, { HV_OPT_SNAPSHOT_PATH, HV_NAME_PATH },
        { HV_OPT_PAGING_PATH, HV_NAME_PATH }, { HV_OPT_POOL, HV_NAME_OTHER },       { HV_OPT_DESTINATION_NAME, HV_NAME_HOST },
    };
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < HV_ARRAY_SIZE(named); i++)
        rc = hv_client_record_name(client, named[i].kind, hv_args_value(args, named[i].option), err);
    for (size_t i = 0; rc == 0 && i < hv_args_count(args, HV_OPT_DISK); i++)
        rc = name_disk(client, hv_args_nth(args, HV_OPT_DISK, i), err);
    return rc == 0 ? hv_client_record_name(client, HV_NAME_USER, environment("HVCTL_USER"), err) : rc;
}

/* The operands that name VMs: from FIRST on. */
static bool takes_vms(const struct hv_args *args, size_t *ret_first) {
    static const struct {
        const char *words[2];
        size_t first;
    } commands[] = {
        { { "check", NULL }, 0 }, { { "migrate", NULL }, 0 }, { { "move-storage", NULL }, 0 },
        { { "vm", "show" }, 0 },  { { "staged", NULL }, 0 },  { { "sample", NULL }, 3 },
    };

    for (size_t i = 0; i < HV_ARRAY_SIZE(commands); i++) {
        if (strcmp(args->words[0], commands[i].words[0]) != 0 ||
            (commands[i].words[1] && (args->n_words < 2 || strcmp(args->words[1], commands[i].words[1]) != 0)))
            continue;
        *ret_first = commands[i].first;
        return true;
    }
    return false;
}

int hv_recording_name(struct hv_connection *connection, const struct hv_args *args, struct hv_error *err) {
    struct hv_client *client = connection->client;
    struct hv_uuid uuid;
    size_t first = 0;
    int rc = 0;

    if (!hv_args_has(args, HV_OPT_RECORD))
        return 0;
    if (takes_vms(args, &first)) {
        for (size_t i = first; rc == 0 && i < hv_args_n_operands(args) && i < first + (first > 0 ? 1 : SIZE_MAX - first); i++) {
            if (!hv_uuid_parse(hv_args_operand(args, i), &uuid))
                rc = hv_client_record_name(client, HV_NAME_VM, hv_args_operand(args, i), err);
        }
    }
    return rc == 0 ? name_options(client, args, err) : rc;
}

void hv_recording_watch(struct hv_connection *connection) {
    static const struct {
        int number;
        enum hv_stop stop;
    } signals[] = { { SIGINT, HV_STOP_INT }, { SIGTERM, HV_STOP_TERM }, { SIGHUP, HV_STOP_HUP } };
    enum hv_stop due = hv_client_replay_stop(connection->client);

    for (size_t i = 0; i < HV_ARRAY_SIZE(signals); i++) {
        if (due == signals[i].stop && hv_signals_caught() == 0)
            hv_signals_pretend(signals[i].number);
        else if (hv_signals_caught() == signals[i].number)
            hv_client_record_stop(connection->client, signals[i].stop);
    }
}

void hv_recording_end(struct hv_connection *connection) {
    struct hv_error error = { 0 };

    if (connection->client && hv_client_fixture_end(connection->client, &error) < 0 && connection->out->fixture.code == 0)
        connection->out->fixture = error;
}
