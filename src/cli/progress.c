/* Progress lines (ux.md 5). No estimate before 10 %, and then it says what it is: the rate so far, carried on. */
#include "cli/progress.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/error.h"
#include "base/text.h"
#include "cli/json.h"
#include "cli/options.h"
#include "cli/output.h"

enum {
    REDRAW_MS = 200,
    SAY_EACH_MS = 30000,
    SAY_EACH_PERCENT = 10,
    STALL_MS = 60000,
    BAR_CELLS = 20,
    LINE_MAX_BYTES = 64 * 1024,
    SCREEN_MAX_BYTES = 256 * 1024,
    DEFAULT_WIDTH = 80,
};

struct slot {
    bool is_running;
    bool is_done;
    char *name;
    char *phase;
    int64_t percent;
    uint64_t start_ms;
    uint64_t change_ms; /* when phase or percent moved last */
    uint64_t said_ms;   /* when a plain line was written last */
    int64_t said_percent;
};

struct hv_progress {
    enum hv_progress_kind kind;
    FILE *stream;
    struct hv_charset charset;
    struct slot *slots;
    size_t n_slots;
    size_t n_drawn; /* lines that stand on the terminal now */
    bool was_drawn;
    uint64_t drawn_ms;
};

enum hv_progress_kind hv_progress_choose(const struct hv_args *args, const struct hv_output *out) {
    const char *word = hv_args_value(args, HV_OPT_PROGRESS);

    if (out->quiet || (word && strcmp(word, "none") == 0))
        return HV_PROGRESS_NONE;
    if (word && strcmp(word, "plain") == 0)
        return HV_PROGRESS_PLAIN;
    if (word && strcmp(word, "json") == 0)
        return HV_PROGRESS_JSON;
    if (word && strcmp(word, "bar") == 0)
        return HV_PROGRESS_BAR;
    /* A trace on the same terminal would tear the bar. */
    return out->stderr_is_terminal && out->verbose < 2 ? HV_PROGRESS_BAR : HV_PROGRESS_PLAIN;
}

int hv_progress_new(enum hv_progress_kind kind, FILE *stream, const struct hv_charset *charset, size_t n_slots,
                    struct hv_progress **ret_progress, struct hv_error *err) {
    struct hv_progress *progress = calloc(1, sizeof(*progress));

    if (progress)
        progress->slots = calloc(n_slots ? n_slots : 1, sizeof(*progress->slots));
    if (!progress || !progress->slots) {
        free(progress);
        return hv_error_memory(err);
    }
    progress->kind = kind;
    progress->stream = stream;
    progress->charset = *charset;
    progress->n_slots = n_slots;
    *ret_progress = progress;
    return 0;
}

struct hv_progress *hv_progress_free(struct hv_progress *progress) {
    if (!progress)
        return NULL;
    hv_progress_hide(progress);
    for (size_t i = 0; i < progress->n_slots; i++) {
        free(progress->slots[i].name);
        free(progress->slots[i].phase);
    }
    free(progress->slots);
    free(progress);
    return NULL;
}

size_t hv_progress_terminal_width(void) {
    struct winsize size = { 0 };
    const char *columns = getenv("COLUMNS");
    uint64_t width;

    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    if (columns && hv_text_u64(columns, strlen(columns), 20, 1000, &width))
        return (size_t)width;
    return DEFAULT_WIDTH;
}

/* Stderr is where failures are told; its own cannot be. */
static void put(struct hv_progress *progress, const struct hv_buf *buf) {
    (void)fwrite(hv_buf_text(buf), 1, buf->len, progress->stream);
    (void)fflush(progress->stream);
}

/* Nothing moved for so long that a word is due: the host is slow, or does not answer at all. */
static bool append_stall(struct hv_buf *buf, const struct slot *slot, uint64_t now_ms) {
    if (now_ms - slot->change_ms < STALL_MS)
        return false;
    hv_buf_printf(buf, ", no progress for %" PRIu64 " min", (now_ms - slot->change_ms) / 60000);
    return true;
}

static void say_plain(struct hv_progress *progress, const struct slot *slot, uint64_t now_ms, const char *verdict) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(LINE_MAX_BYTES);
    char elapsed[HV_DURATION_TEXT_SIZE];

    hv_duration_format(now_ms - slot->start_ms, elapsed);
    hv_clean_append(&buf, slot->name, &progress->charset);
    hv_buf_puts(&buf, ": ");
    hv_clean_append(&buf, verdict ? verdict : slot->phase ? slot->phase : "starting", &progress->charset);
    if (!verdict && slot->percent >= 0)
        hv_buf_printf(&buf, ", %" PRId64 " %%", slot->percent);
    hv_buf_printf(&buf, ", %s", elapsed);
    if (!verdict)
        append_stall(&buf, slot, now_ms);
    hv_buf_putc(&buf, '\n');
    put(progress, &buf);
}

static void say_json(struct hv_progress *progress, const struct slot *slot, uint64_t now_ms, const char *verdict) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(LINE_MAX_BYTES);
    json_t *object = hv_json_document("job.progress");
    char *text;

    hv_json_put(&object, "vm", hv_json_text(slot->name));
    hv_json_put(&object, "phase", hv_json_text(verdict ? verdict : slot->phase));
    hv_json_put(&object, "percent", hv_json_number(slot->percent));
    hv_json_put(&object, "elapsed_s", json_integer((json_int_t)((now_ms - slot->start_ms) / 1000)));
    text = object ? json_dumps(object, JSON_COMPACT) : NULL;
    if (text) {
        hv_buf_puts(&buf, text);
        hv_buf_putc(&buf, '\n');
        put(progress, &buf);
    }
    free(text);
    json_decref(object);
}

static void say(struct hv_progress *progress, struct slot *slot, uint64_t now_ms, const char *verdict) {
    slot->said_ms = now_ms;
    slot->said_percent = slot->percent;
    if (progress->kind == HV_PROGRESS_PLAIN)
        say_plain(progress, slot, now_ms, verdict);
    else if (progress->kind == HV_PROGRESS_JSON)
        say_json(progress, slot, now_ms, verdict);
}

/* Replaces *text; keeps the old one when memory ends, since progress is not worth failing for. */
static bool replace(char **text, const char *with) {
    char *copy = NULL;

    if (!with || (*text && strcmp(*text, with) == 0) || hv_text_copy(with, &copy, NULL) < 0)
        return false;
    free(*text);
    *text = copy;
    return true;
}

void hv_progress_update(struct hv_progress *progress, size_t slot_index, uint64_t now_ms, const char *name, const char *phase,
                        int64_t percent) {
    struct slot *slot = &progress->slots[slot_index];
    bool is_new = !slot->is_running;
    bool new_phase;

    if (is_new) {
        slot->is_running = true;
        slot->start_ms = now_ms;
        slot->change_ms = now_ms;
        slot->percent = -1;
    }
    (void)replace(&slot->name, name ? name : "");
    new_phase = replace(&slot->phase, phase);
    if (new_phase || (percent >= 0 && percent != slot->percent))
        slot->change_ms = now_ms;
    if (percent >= 0)
        slot->percent = percent;
    if (is_new || new_phase || slot->percent >= slot->said_percent + SAY_EACH_PERCENT || now_ms >= slot->said_ms + SAY_EACH_MS)
        say(progress, slot, now_ms, NULL);
}

void hv_progress_end(struct hv_progress *progress, size_t slot_index, uint64_t now_ms, const char *verdict) {
    struct slot *slot = &progress->slots[slot_index];

    if (slot->is_running)
        say(progress, slot, now_ms, verdict);
    slot->is_running = false;
    slot->is_done = true;
}

static void append_rate(struct hv_buf *buf, const struct slot *slot, uint64_t now_ms) {
    char text[HV_DURATION_TEXT_SIZE];
    uint64_t elapsed = now_ms - slot->start_ms;

    if (!append_stall(buf, slot, now_ms) && slot->percent >= 10 && slot->percent < 100) {
        hv_duration_format(elapsed / (uint64_t)slot->percent * (uint64_t)(100 - slot->percent), text);
        hv_buf_printf(buf, ", about %s more at this rate", text);
    }
}

/* "app01  [######--------------]  30 %  moving, 12 s, about 30 s more at this rate" */
static void append_bar(struct hv_buf *buf, const struct hv_progress *progress, const struct slot *slot, uint64_t now_ms) {
    char elapsed[HV_DURATION_TEXT_SIZE];
    int64_t percent = slot->percent > 100 ? 100 : slot->percent;

    hv_duration_format(now_ms - slot->start_ms, elapsed);
    hv_clean_append(buf, slot->name, &progress->charset);
    hv_buf_puts(buf, "  [");
    for (int64_t i = 0; i < BAR_CELLS; i++)
        hv_buf_putc(buf, percent >= 0 && i * 100 < percent * BAR_CELLS ? '#' : '-');
    hv_buf_puts(buf, "] ");
    if (percent >= 0)
        hv_buf_printf(buf, "%3" PRId64 " %%  ", percent);
    else
        hv_buf_puts(buf, "       ");
    hv_clean_append(buf, slot->phase ? slot->phase : "starting", &progress->charset);
    hv_buf_printf(buf, ", %s", elapsed);
    append_rate(buf, slot, now_ms);
}

static void draw_line(struct hv_progress *progress, char *line, size_t width, struct hv_buf *screen) {
    /* The last column stays free: a full line would wrap on some terminals. */
    hv_clean_cut(line, width > 1 ? width - 1 : 1, &progress->charset);
    hv_buf_puts(screen, line);
    hv_buf_puts(screen, "\033[K\n");
    progress->n_drawn++;
}

static void append_total(struct hv_buf *buf, const struct hv_progress *progress) {
    size_t n_done = 0;
    size_t n_running = 0;

    for (size_t i = 0; i < progress->n_slots; i++) {
        n_done += progress->slots[i].is_done;
        n_running += progress->slots[i].is_running;
    }
    hv_buf_printf(buf, "%zu of %zu done, %zu running", n_done, progress->n_slots, n_running);
}

void hv_progress_hide(struct hv_progress *progress) {
    if (progress->n_drawn == 0)
        return;
    /* Up to the first of our lines, and clear from there to the end of the screen. */
    (void)fprintf(progress->stream, "\033[%zuA\033[J", progress->n_drawn);
    (void)fflush(progress->stream);
    progress->n_drawn = 0;
    progress->was_drawn = false;
}

/* What waits for a host that says nothing is told of in time, too. */
static void say_due(struct hv_progress *progress, uint64_t now_ms) {
    for (size_t i = 0; i < progress->n_slots; i++) {
        struct slot *slot = &progress->slots[i];
        if (slot->is_running && now_ms >= slot->said_ms + SAY_EACH_MS)
            say(progress, slot, now_ms, NULL);
    }
}

void hv_progress_tick(struct hv_progress *progress, uint64_t now_ms, size_t width) {
    HV_CLEANUP_BUF struct hv_buf screen = HV_BUF_INIT(SCREEN_MAX_BYTES);
    HV_CLEANUP_BUF struct hv_buf line = HV_BUF_INIT(LINE_MAX_BYTES);

    if (progress->kind == HV_PROGRESS_PLAIN || progress->kind == HV_PROGRESS_JSON)
        say_due(progress, now_ms);
    if (progress->kind != HV_PROGRESS_BAR || (progress->was_drawn && now_ms < progress->drawn_ms + REDRAW_MS))
        return;
    if (progress->n_drawn > 0)
        hv_buf_printf(&screen, "\033[%zuA\033[J", progress->n_drawn);
    progress->n_drawn = 0;
    for (size_t i = 0; i < progress->n_slots; i++) {
        if (!progress->slots[i].is_running)
            continue;
        hv_buf_reset(&line);
        append_bar(&line, progress, &progress->slots[i], now_ms);
        if (line.data)
            draw_line(progress, line.data, width, &screen);
    }
    if (progress->n_slots > 1) {
        hv_buf_reset(&line);
        append_total(&line, progress);
        if (line.data)
            draw_line(progress, line.data, width, &screen);
    }
    progress->was_drawn = true;
    progress->drawn_ms = now_ms;
    put(progress, &screen);
}
