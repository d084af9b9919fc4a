/* hvctl help: examples first, then what the tables of commands and options hold (clig.dev habits, ux.md 11). */
#include <string.h>

#include "base/error.h"
#include "cli/cmd.h"
#include "cli/say.h"

enum { HELP_MAX_BYTES = 256 * 1024, NAME_COLUMN = 34 };

static void append_name(struct hv_buf *buf, const struct hv_command *command) {
    char name[HV_COMMAND_NAME_SIZE];

    hv_buf_printf(buf, "hvctl %s", hv_command_name(command, name));
}

/* "  -H, --host HOST ...   text", with the text in one column where that is possible. */
static void append_option(struct hv_buf *buf, const struct hv_opt_row *row) {
    size_t start = buf->len;

    if (row->letter)
        hv_buf_printf(buf, "  -%c, --%s", row->letter, row->name);
    else
        hv_buf_printf(buf, "      --%s", row->name);
    if (row->kind == HV_KIND_CHOICE)
        hv_buf_puts(buf, " WORD");
    else if (row->argument)
        hv_buf_printf(buf, " %s", row->argument);
    if (buf->len - start >= NAME_COLUMN - 1) {
        hv_buf_putc(buf, '\n');
        start = buf->len;
    }
    while (buf->len - start < NAME_COLUMN && buf->failure == 0)
        hv_buf_putc(buf, ' ');
    hv_buf_puts(buf, row->help);
    if (row->kind == HV_KIND_CHOICE)
        hv_buf_printf(buf, ": %s", row->argument);
    hv_buf_putc(buf, '\n');
}

static void append_options(struct hv_buf *buf, const char *title, uint64_t groups) {
    bool any = false;

    for (size_t i = 0; i < hv_opt_n_rows; i++) {
        if (!(hv_opt_rows[i].group & groups))
            continue;
        if (!any)
            hv_buf_printf(buf, "\n%s\n", title);
        any = true;
        append_option(buf, &hv_opt_rows[i]);
    }
}

static void append_command(struct hv_buf *buf, const struct hv_command *command) {
    uint64_t common = HV_GROUP_CONNECT | HV_GROUP_GENERAL;

    append_name(buf, command);
    hv_buf_printf(buf, ": %s\n\nExamples:\n%s\nUsage:\n  ", command->summary, command->examples);
    append_name(buf, command);
    hv_buf_printf(buf, "%s%s [OPTIONS]\n", command->operands[0] ? " " : "", command->operands);
    append_options(buf, "Options:", command->groups & ~common);
    if (command->details)
        hv_buf_printf(buf, "\n%s", command->details);
    append_options(buf, "Connection:", command->groups & HV_GROUP_CONNECT);
    append_options(buf, "General:", HV_GROUP_GENERAL);
}

/* Does COMMAND begin with these words, and go on behind them? */
static bool is_of_family(const struct hv_command *command, const char *const *words, size_t n_words) {
    bool same = n_words < hv_command_n_words(command);

    for (size_t i = 0; same && i < n_words; i++)
        same = strcmp(command->words[i], words[i]) == 0;
    return same;
}

static bool is_family(const char *const *words, size_t n_words) {
    for (size_t i = 0; i < hv_n_commands; i++) {
        if (is_of_family(&hv_commands[i], words, n_words))
            return true;
    }
    return false;
}

/* All commands, or those of one family. */
static void append_list(struct hv_buf *buf, const char *const *family, size_t n_words) {
    for (size_t i = 0; i < hv_n_commands; i++) {
        size_t start = buf->len;

        if (!is_of_family(&hv_commands[i], family, n_words))
            continue;
        hv_buf_puts(buf, "  ");
        append_name(buf, &hv_commands[i]);
        while (buf->len - start < NAME_COLUMN - 4 && buf->failure == 0)
            hv_buf_putc(buf, ' ');
        hv_buf_printf(buf, "%s\n", hv_commands[i].summary);
    }
}

static void append_overview(struct hv_buf *buf) {
    hv_buf_puts(buf, "hvctl moves Hyper-V virtual machines between hosts, and shows them, from Linux.\n"
                     "\n"
                     "Examples:\n"
                     "  hvctl vm list -H hv01 -H hv02 -u 'DOMAIN\\admin'\n"
                     "  hvctl check app01 --from hv01 --to hv02\n"
                     "  hvctl migrate app01 --from hv01 --to hv02 --include-storage\n"
                     "\n"
                     "Commands:\n");
    append_list(buf, NULL, 0);
    hv_buf_puts(buf, "\n\"hvctl help COMMAND\" tells more about each. The manual is hvctl(1).\n");
}

int hv_cmd_help(const struct hv_args *args, struct hv_output *out) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(HELP_MAX_BYTES);
    /* "hvctl help vm list" has the topic as operands; "hvctl vm list --help" as its own words. */
    bool is_help = args->command && args->command->run == hv_cmd_help;
    const char *const *topic = is_help ? args->words + 1 : args->words;
    size_t n_topic = is_help ? args->n_words - 1 : args->n_words;
    size_t n_used = 0;
    const struct hv_command *command = hv_command_find(topic, n_topic, &n_used);
    struct hv_error error = { 0 };

    if (command && (n_used == n_topic || !is_help)) {
        append_command(&buf, command);
    } else if (n_topic == 0) {
        append_overview(&buf);
    } else if (!command && is_family(topic, n_topic)) {
        append_list(&buf, topic, n_topic);
    } else {
        hv_error_set(&error, HV_E_ARGUMENT, "there is no command \"%s%s%s\" to help with", topic[0], n_topic > 1 ? " " : "",
                     n_topic > 1 ? topic[1] : "");
        hv_error_remedy(&error, "hvctl help lists the commands");
        return hv_say_failure(out, &error);
    }
    hv_output_text(out, hv_buf_text(&buf));
    return 0;
}
