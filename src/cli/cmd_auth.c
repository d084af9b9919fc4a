/* hvctl auth: passwords in the keyring, and where the one for a host comes from (ux.md 1 and 8). */
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/ask.h"
#include "cli/cmd.h"
#include "cli/connect.h"
#include "cli/credentials.h"
#include "cli/json.h"
#include "cli/keyring.h"
#include "cli/password.h"
#include "cli/say.h"

enum { QUESTION_MAX_BYTES = 1024 };

/* Whom it is about. The user is borrowed, and may be NULL. */
struct subject {
    char *host;
    const char *user;
};

static void subject_deinit(struct subject *subject) {
    free(subject->host);
}

static int find_subject(const struct hv_args *args, struct subject *subject, struct hv_error *err) {
    const char *user = hv_args_value(args, HV_OPT_USER);
    const char *variable = getenv("HVCTL_USER");
    const char *host = hv_args_operand(args, 0);

    if (strchr(host, '@'))
        return hv_usage_error(err, "name the host alone, and the user by -u", "the name of a host takes no user or password");
    subject->user = user ? user : variable && *variable ? variable : NULL;
    if (subject->user && hv_user_check(subject->user, "user", err) < 0)
        return HV_E_ARGUMENT;
    return hv_address_host(host, &subject->host, err);
}

static int read_password(const struct hv_args *args, const struct subject *subject, struct hv_secret **ret_password,
                         struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf question = HV_BUF_INIT(QUESTION_MAX_BYTES);
    const char *found_in = NULL;
    int rc = hv_password_given(args, HV_SIDE_SOURCE, ret_password, &found_in, err);

    if (rc < 0 || found_in)
        return rc;
    if (!hv_ask_possible(args))
        return hv_usage_error(err, "give --password-file FILE (\"-\" is stdin) or --password-fd N",
                              "nobody can be asked for the password");
    hv_buf_printf(&question, "Password of %s at %s, for the keyring", subject->user, subject->host);
    rc = hv_buf_finish(&question, "the question", err);
    return rc < 0 ? rc : hv_password_prompt(hv_buf_text(&question), ret_password, err);
}

static void print_change(const char *type, const struct subject *subject, struct hv_output *out) {
    json_t *document;

    if (!hv_output_is_json(out))
        return;
    document = hv_json_document(type);
    hv_json_put(&document, "host", hv_json_text(subject->host));
    hv_json_put(&document, "user", hv_json_text(subject->user));
    hv_output_json(out, document);
}

int hv_cmd_auth_login(const struct hv_args *args, struct hv_output *out) {
    HV_ATTR_CLEANUP(subject_deinit) struct subject subject = { 0 };
    HV_CLEANUP(hv_secret_end) struct hv_secret *password = NULL;
    struct hv_error error = { 0 };
    int rc = find_subject(args, &subject, &error);

    if (rc == 0 && !subject.user)
        rc = hv_usage_error(&error, "give -u USER, such as -u 'DOMAIN\\user'", "no user was named");
    if (rc == 0)
        rc = read_password(args, &subject, &password, &error);
    if (rc == 0)
        rc = hv_keyring_store(subject.host, subject.user, password, &error);
    if (rc < 0)
        return hv_say_failure(out, &error);
    print_change("auth.stored", &subject, out);
    hv_say_note(out, "the password of %s at %s is in the keyring", subject.user, subject.host);
    return 0;
}

int hv_cmd_auth_logout(const struct hv_args *args, struct hv_output *out) {
    HV_ATTR_CLEANUP(subject_deinit) struct subject subject = { 0 };
    struct hv_error error = { 0 };
    int rc = find_subject(args, &subject, &error);

    if (rc == 0)
        rc = hv_keyring_remove(subject.host, subject.user, &error);
    else
        return hv_say_failure(out, &error);
    if (rc == 0) {
        rc = hv_error_set(&error, HV_E_NOT_FOUND, "the keyring has no password for %s", subject.host);
        hv_error_remedy(&error, "hvctl auth status %s shows where passwords for it are", subject.host);
    }
    if (rc < 0)
        return hv_say_failure(out, &error);
    print_change("auth.removed", &subject, out);
    hv_say_note(out, "the keyring has no password for %s any more", subject.host);
    return 0;
}

/* What one place has for the host. */
struct finding {
    const char *place;
    bool found;
    bool used; /* it would be taken: it is the first */
    struct hv_account account;
    struct hv_error error; /* why it cannot be looked into */
};

static int given_for_this_run(const struct hv_args *args, struct hv_error *err) {
    HV_CLEANUP(hv_secret_end) struct hv_secret *variable = NULL;
    const char *file = getenv("HVCTL_PASSWORD_FILE");
    int rc = hv_password_take_environment("HVCTL_PASSWORD", &variable, err);

    if (rc < 0)
        return rc;
    return variable || (file && *file) || hv_args_has(args, HV_OPT_PASSWORD_FILE) || hv_args_has(args, HV_OPT_PASSWORD_FD);
}

/* The run's own first, then the places in their order. */
static void look(const struct hv_args *args, const struct subject *subject, struct finding *findings) {
    bool taken = false;

    findings[0].place = "options and environment";
    findings[0].found = given_for_this_run(args, &findings[0].error) > 0;
    for (size_t i = 0; i < hv_n_stores; i++) {
        struct finding *finding = &findings[i + 1];
        int rc = hv_stores[i].find(args, subject->host, subject->user, &finding->account, &finding->error);

        finding->place = hv_stores[i].name;
        finding->found = rc > 0;
        /* Only that there is one is of interest. */
        finding->account.password = hv_secret_end(finding->account.password);
    }
    for (size_t i = 0; i < hv_n_stores + 1; i++) {
        findings[i].used = findings[i].found && !taken;
        taken = taken || findings[i].found;
    }
}

static const char *user_of(const struct finding *finding, const struct subject *subject) {
    return !finding->found ? NULL : subject->user ? subject->user : finding->account.user;
}

static void print_json(const struct finding *findings, size_t n, const struct subject *subject, struct hv_output *out) {
    json_t *document = hv_json_document("auth.status");
    json_t *list = json_array();
    const char *used = NULL;

    for (size_t i = 0; i < n; i++) {
        json_t *object = json_object();
        hv_json_put(&object, "place", hv_json_text(findings[i].place));
        hv_json_put(&object, "found", json_boolean(findings[i].found));
        hv_json_put(&object, "user", hv_json_text(user_of(&findings[i], subject)));
        hv_json_put(&object, "error", findings[i].error.code ? hv_json_error(&findings[i].error, NULL) : json_null());
        hv_json_add(&list, object);
        used = findings[i].used ? findings[i].place : used;
    }
    hv_json_put(&document, "host", hv_json_text(subject->host));
    hv_json_put(&document, "user", hv_json_text(subject->user));
    hv_json_put(&document, "places", list);
    hv_json_put(&document, "used", hv_json_text(used));
    hv_json_put(&document, "keyring_built", json_boolean(hv_keyring_is_built()));
    hv_output_json(out, document);
}

static void print_table(const struct finding *findings, size_t n, const struct subject *subject, struct hv_output *out) {
    static const char *const headers[] = { "PLACE", "PASSWORD", "USER", "NOTE" };
    struct hv_table *table = NULL;

    if (hv_table_new(headers, HV_ARRAY_SIZE(headers), &table, NULL) < 0) {
        out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < n; i++) {
        hv_table_cell(table, findings[i].place);
        hv_table_cell(table, findings[i].found ? "yes" : "no");
        hv_table_cell(table, user_of(&findings[i], subject));
        hv_table_cell(table, findings[i].error.code ? findings[i].error.message : findings[i].used ? "is used" : NULL);
    }
    hv_output_table(out, table);
    (void)hv_table_free(table);
}

int hv_cmd_auth_status(const struct hv_args *args, struct hv_output *out) {
    HV_ATTR_CLEANUP(subject_deinit) struct subject subject = { 0 };
    struct finding *findings = calloc(hv_n_stores + 1, sizeof(*findings));
    struct hv_error error = { 0 };
    int rc = findings ? find_subject(args, &subject, &error) : hv_error_memory(&error);

    if (rc == 0) {
        look(args, &subject, findings);
        if (hv_output_is_json(out))
            print_json(findings, hv_n_stores + 1, &subject, out);
        else
            print_table(findings, hv_n_stores + 1, &subject, out);
    }
    for (size_t i = 0; findings && i < hv_n_stores + 1; i++)
        hv_account_deinit(&findings[i].account);
    free(findings);
    hv_password_guard(false);
    return rc < 0 ? hv_say_failure(out, &error) : 0;
}
