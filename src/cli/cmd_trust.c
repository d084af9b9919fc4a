/* hvctl trust: the certificates that the user believes without any authority (ux.md 1 and 7). */
#include <hvctl/certificate.h>
#include <string.h>

#include "base/error.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/connect.h"
#include "cli/json.h"
#include "cli/recording.h"
#include "cli/say.h"
#include "cli/sheet.h"
#include "cli/signals.h"
#include "cli/trust.h"

enum { QUESTION_MAX_BYTES = 4096 };

/* What is known of the host already. */
enum standing {
    STANDING_NEW,
    STANDING_SAME,
    STANDING_CHANGED,
};
static const char *const standing_names[] = { "new", "same", "changed" };

struct look {
    char *address;
    char *label;
    char *key; /* in known_hosts */
    struct hv_known_hosts known;
    struct hv_trusted trusted;
    struct hv_certificate *certificate;
    enum standing standing;
    bool stored;
};

static void look_deinit(struct look *look) {
    free(look->address);
    free(look->label);
    free(look->key);
    hv_known_hosts_deinit(&look->known);
    (void)hv_certificate_free(look->certificate);
}
#define CLEANUP_LOOK HV_ATTR_CLEANUP(look_deinit)

static bool is_interrupted(void *context) {
    (void)context;
    return hv_signals_caught() != 0;
}

/* The address and its names, from what was typed. */
static int find_names(struct look *look, const struct hv_args *args, const char *host, struct hv_error *err) {
    int rc;

    if (strchr(host, '@'))
        return hv_usage_error(err, "name the host alone", "the address of a host takes no user or password");
    rc = hv_address_with_port(host, hv_args_number(args, HV_OPT_PORT, 0), &look->address, err);
    if (rc == 0)
        rc = hv_address_label(look->address, &look->label, err);
    if (rc == 0)
        rc = hv_address_key(look->address, &look->key, err);
    if (rc == 0 && !look->key)
        rc = hv_usage_error(err, "name the HTTPS listener of the host", "there is no certificate on http://");
    return rc;
}

static bool is_same(const char *fingerprint, const struct hv_certificate *certificate) {
    uint8_t a[32];
    uint8_t b[32];

    return hv_text_hex_bytes(fingerprint, strlen(fingerprint), a, sizeof(a)) &&
           hv_text_hex_bytes(certificate->sha256, strlen(certificate->sha256), b, sizeof(b)) && memcmp(a, b, sizeof(a)) == 0;
}

static enum standing standing_of(const struct look *look) {
    for (size_t i = 0; i < look->trusted.n; i++) {
        if (is_same(look->trusted.list[i], look->certificate))
            return STANDING_SAME;
    }
    return look->trusted.n > 0 ? STANDING_CHANGED : STANDING_NEW;
}

static int fetch(struct look *look, const struct hv_args *args, struct hv_error *err) {
    const struct hv_certificate_options options = {
        .timeout_ms = hv_args_ms(args, HV_OPT_CONNECT_TIMEOUT, 0),
        .stop = is_interrupted,
    };
    HV_CLEANUP(hv_secret_end) struct hv_secret *proxy_password = NULL;
    struct hv_host_options host = { .address = look->address, .name = look->label };
    int rc = hv_process_init(err);

    hv_trust_options(args, &host);
    if (rc == 0)
        rc = hv_proxy_options(args, &host, &proxy_password, err);
    if (rc == 0)
        rc = hv_known_hosts_load(&look->known, err);
    if (rc == 0)
        rc = hv_trust_find(&look->known, look->address, &look->trusted, err);
    if (rc == 0)
        rc = hv_certificate_fetch(&host, &options, &look->certificate, err);
    hv_proxy_forget();
    if (rc == 0)
        look->standing = standing_of(look);
    return rc;
}

static void print_sheet(const struct look *look, struct hv_output *out) {
    const struct hv_certificate *certificate = look->certificate;
    struct hv_sheet sheet;

    hv_sheet_begin(&sheet, out);
    hv_sheet_text(&sheet, "host", look->label);
    hv_sheet_text(&sheet, "subject", certificate->subject);
    hv_sheet_text(&sheet, "issuer", certificate->issuer);
    for (size_t i = 0; i < certificate->n_names; i++)
        hv_sheet_text(&sheet, "name", certificate->names[i]);
    hv_sheet_text(&sheet, "valid from", certificate->valid_from);
    hv_sheet_text(&sheet, "valid to", certificate->valid_to);
    hv_sheet_text(&sheet, "SHA-256", certificate->sha256);
    hv_sheet_text(&sheet, "thumbprint (SHA-1)", certificate->sha1);
    hv_sheet_text(&sheet, "public key pin", certificate->pin);
    hv_sheet_text(&sheet, "verified", certificate->verdict.code ? "no" : "yes");
    if (certificate->verdict.code)
        hv_sheet_text(&sheet, "why not", certificate->verdict.message);
    hv_sheet_text(&sheet, "known", standing_names[look->standing]);
    if (look->standing == STANDING_CHANGED)
        hv_sheet_text(&sheet, "trusted so far", look->trusted.list[0]);
    hv_sheet_end(&sheet);
    hv_output_flush(out);
}

static void print_json(const struct look *look, const struct hv_error *error, struct hv_output *out) {
    const struct hv_certificate *certificate = look->certificate;
    json_t *document = hv_json_document("certificate");
    json_t *trusted = json_array();

    for (size_t i = 0; i < look->trusted.n; i++)
        hv_json_add(&trusted, hv_json_text(look->trusted.list[i]));
    hv_json_put(&document, "host", hv_json_text(look->key));
    hv_json_put(&document, "subject", hv_json_text(certificate->subject));
    hv_json_put(&document, "issuer", hv_json_text(certificate->issuer));
    hv_json_put(&document, "names", hv_json_texts(certificate->names, certificate->n_names));
    hv_json_put(&document, "valid_from", hv_json_text(certificate->valid_from));
    hv_json_put(&document, "valid_to", hv_json_text(certificate->valid_to));
    hv_json_put(&document, "sha256", hv_json_text(certificate->sha256));
    hv_json_put(&document, "sha1", hv_json_text(certificate->sha1));
    hv_json_put(&document, "pin", hv_json_text(certificate->pin));
    hv_json_put(&document, "verified", json_boolean(certificate->verdict.code == 0));
    hv_json_put(&document, "verdict", certificate->verdict.code ? hv_json_error(&certificate->verdict, NULL) : json_null());
    hv_json_put(&document, "known", hv_json_text(standing_names[look->standing]));
    hv_json_put(&document, "trusted_before", trusted);
    hv_json_put(&document, "stored", json_boolean(look->stored));
    hv_json_put(&document, "error", error->code ? hv_json_error(error, NULL) : json_null());
    hv_output_json(out, document);
}

/* A script must not take the place of the person who compares. */
static int changed_unseen(const struct look *look, struct hv_error *err) {
    hv_error_set(err, HV_E_TLS, "%s: THE CERTIFICATE HAS CHANGED since it was trusted", look->key);
    hv_error_cause(err, "found %s, trusted %s (%s); either it was renewed, or somebody stands between here and the host",
                   look->certificate->sha256, look->trusted.list[0], look->trusted.by);
    hv_error_remedy(err, "find out on the host which it has, and name that one: hvctl trust %s --fingerprint SHA256",
                    look->label);
    hv_error_remedy(err, "hvctl trust %s on a terminal, without --yes", look->label);
    return HV_E_TLS;
}

static int ask(const struct look *look, struct hv_output *out, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf question = HV_BUF_INIT(QUESTION_MAX_BYTES);
    int rc;

    if (look->standing == STANDING_CHANGED)
        hv_say_warning(out,
                       "THE CERTIFICATE HAS CHANGED: %s was trusted with %s (%s); somebody may stand between here and the host",
                       look->key, look->trusted.list[0], look->trusted.by);
    hv_buf_printf(&question, "%s %s with SHA-256 %s, thumbprint %s?",
                  look->standing == STANDING_CHANGED ? "Trust from now on instead the certificate of"
                                                     : "Trust the certificate of",
                  look->key, look->certificate->sha256, look->certificate->sha1);
    rc = hv_buf_finish(&question, "the question", err);
    if (rc == 0)
        rc = hv_ask_yes(hv_buf_text(&question), err);
    if (rc != 0)
        return rc;
    hv_error_set(err, HV_E_FAILED, "the certificate of %s is not trusted", look->key);
    hv_error_cause(err, "the answer was not yes");
    return HV_E_FAILED;
}

/* Outcomes: 1 it shall be stored. */
static int decide(const struct look *look, const struct hv_args *args, struct hv_output *out, struct hv_error *err) {
    size_t n_fingerprints = hv_args_count(args, HV_OPT_FINGERPRINT);

    for (size_t i = 0; i < n_fingerprints; i++) {
        if (is_same(hv_args_nth(args, HV_OPT_FINGERPRINT, i), look->certificate))
            return 1;
    }
    if (n_fingerprints > 0) {
        hv_error_set(err, HV_E_TLS, "the certificate of %s is not the one that was named", look->key);
        hv_error_cause(err, "found %s, expected %s", look->certificate->sha256, hv_args_value(args, HV_OPT_FINGERPRINT));
        hv_error_remedy(err, "find out on the host which certificate its listener has");
        return HV_E_TLS;
    }
    if (hv_args_has(args, HV_OPT_YES))
        return look->standing == STANDING_CHANGED ? changed_unseen(look, err) : 1;
    if (hv_ask_possible(args))
        return ask(look, out, err);
    hv_error_set(err, HV_E_ARGUMENT, "nobody can be asked whether to trust the certificate of %s", look->key);
    hv_error_cause(err, "there is no terminal, or --no-prompt was given");
    hv_error_remedy(err, "give the fingerprint that the host is known to have: --fingerprint SHA256");
    hv_error_remedy(err, "give --yes to believe whoever answers now");
    return HV_E_ARGUMENT;
}

static int store(struct look *look, struct hv_output *out, struct hv_error *err) {
    int rc = hv_known_hosts_change(look->key, look->certificate->sha256, look->certificate->pin, err);

    if (rc < 0)
        return rc;
    look->stored = true;
    hv_say_note(out, "%s is trusted with this certificate from now on (%s)", look->key, look->known.path);
    return 0;
}

static int trust_host(const struct hv_args *args, const char *host, struct hv_output *out) {
    CLEANUP_LOOK struct look look = { 0 };
    struct hv_error error = { 0 };
    int rc = find_names(&look, args, host, &error);

    if (rc == 0)
        rc = fetch(&look, args, &error);
    if (rc < 0)
        return hv_say_failure(out, &error);
    if (!hv_output_is_json(out))
        print_sheet(&look, out);
    if (look.standing == STANDING_SAME && !hv_args_has(args, HV_OPT_FINGERPRINT))
        hv_say_note(out, "%s is trusted with this certificate already (%s)", look.key, look.trusted.by);
    else
        rc = decide(&look, args, out, &error);
    if (rc > 0)
        rc = store(&look, out, &error);
    if (hv_output_is_json(out))
        print_json(&look, &error, out);
    return rc < 0 ? hv_say_ending(out, &error) : 0;
}

static int remove_host(const struct hv_args *args, struct hv_output *out) {
    CLEANUP_LOOK struct look look = { 0 };
    struct hv_error error = { 0 };
    json_t *document;
    int rc = find_names(&look, args, hv_args_value(args, HV_OPT_REMOVE), &error);

    if (rc == 0)
        rc = hv_known_hosts_change(look.key, NULL, NULL, &error);
    if (rc == 0) {
        rc = hv_error_set(&error, HV_E_NOT_FOUND, "no certificate of %s is trusted", look.key);
        hv_error_remedy(&error, "hvctl trust --list shows those that are");
    }
    if (rc < 0)
        return hv_say_failure(out, &error);
    if (hv_output_is_json(out)) {
        document = hv_json_document("certificate.removed");
        hv_json_put(&document, "host", hv_json_text(look.key));
        hv_json_put(&document, "removed", json_integer(rc));
        hv_output_json(out, document);
    }
    hv_say_note(out, "%s is not trusted by its certificate any more", look.key);
    return 0;
}

static json_t *line_json(const struct hv_known_line *line, size_t number) {
    json_t *object = json_object();

    hv_json_put(&object, "host", hv_json_text(line->host));
    hv_json_put(&object, "sha256", hv_json_text(line->sha256));
    hv_json_put(&object, "pin", hv_json_text_or_null(line->pin));
    hv_json_put(&object, "line", json_integer((json_int_t)number));
    return object;
}

static void print_list(const struct hv_known_hosts *known, struct hv_output *out) {
    static const char *const headers[] = { "HOST", "SHA-256" };
    struct hv_table *table = NULL;
    json_t *document;
    json_t *list = json_array();

    if (hv_table_new(headers, 2, &table, NULL) < 0)
        out->memory_failed = true;
    for (size_t i = 0; i < known->n_lines && table; i++) {
        const struct hv_known_line *line = &known->lines[i];
        if (!line->host)
            continue;
        hv_table_cell(table, line->host);
        hv_table_cell(table, line->sha256);
        hv_json_add(&list, line_json(line, i + 1));
    }
    if (hv_output_is_json(out)) {
        document = hv_json_document("known_hosts");
        hv_json_put(&document, "path", hv_json_text(known->path));
        hv_json_put(&document, "hosts", list);
        hv_output_json(out, document);
    } else {
        json_decref(list);
        if (table)
            hv_output_table(out, table);
    }
    (void)hv_table_free(table);
}

static int list_hosts(struct hv_output *out) {
    struct hv_known_hosts known = { 0 };
    struct hv_error error = { 0 };
    int rc = hv_known_hosts_load(&known, &error);

    if (rc == 0)
        print_list(&known, out);
    hv_known_hosts_deinit(&known);
    return rc < 0 ? hv_say_failure(out, &error) : 0;
}

int hv_cmd_trust(const struct hv_args *args, struct hv_output *out) {
    const char *host = hv_args_operand(args, 0);
    size_t n_asked = (host ? 1U : 0U) + hv_args_count(args, HV_OPT_REMOVE) + (hv_args_has(args, HV_OPT_LIST) ? 1U : 0U);
    struct hv_error error = { 0 };

    if (n_asked != 1) {
        hv_usage_error(&error, "hvctl help trust", "hvctl trust takes HOST, or --list, or --remove HOST");
        return hv_say_failure(out, &error);
    }
    if (host && (hv_recording_replays(args) || hv_args_has(args, HV_OPT_RECORD))) {
        hv_usage_error(&error, "leave --record and --replay out", "recordings hold no certificates");
        return hv_say_failure(out, &error);
    }
    if (host)
        return trust_host(args, host, out);
    return hv_args_has(args, HV_OPT_LIST) ? list_hosts(out) : remove_host(args, out);
}
