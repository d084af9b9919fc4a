/* The certificate to sign in with: its files may be read by nobody else, and its key may need a password. */
#include "cli/client_cert.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "cli/ask.h"
#include "cli/options.h"
#include "cli/password.h"

enum {
    KEY_FILE_MAX = 256 * 1024, /* with a chain of certificates before it */
    QUESTION_MAX_BYTES = 4200,
};

/* Each host reads it again, which a pipe does not allow. */
static int check_kind(int fd, const char *path, struct hv_error *err) {
    struct stat status;

    if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode))
        return 0;
    return hv_usage_error(err, "write the key into a file of mode 600", "the key file %s is no regular file", path);
}

/* Both forms of PEM have the word: "BEGIN ENCRYPTED PRIVATE KEY" (RFC 7468 11), "Proc-Type: 4,ENCRYPTED" (RFC 1421 4.6.1.1). */
static int look_at_key(const char *path, bool *ret_encrypted, struct hv_error *err) {
    HV_CLEANUP(hv_secret_end) struct hv_secret *content = NULL;
    int fd;
    int rc = hv_secret_file_open(path, "key file", HV_READERS_OWNER, &fd, err);

    if (rc < 0)
        return rc;
    rc = check_kind(fd, path, err);
    if (rc == 0)
        rc = hv_secret_read(fd, path, KEY_FILE_MAX, &content, err);
    (void)close(fd);
    if (rc < 0)
        return rc;
    *ret_encrypted = strstr(hv_secret_text(content), "ENCRYPTED") != NULL;
    return 0;
}

static int given_password(const struct hv_args *args, struct hv_secret **ret_password, struct hv_error *err) {
    const char *file = hv_args_value(args, HV_OPT_KEY_PASSWORD_FILE);
    bool has_fd = hv_args_has(args, HV_OPT_KEY_PASSWORD_FD);

    if (file && has_fd)
        return hv_usage_error(err, "leave one of the two out", "--key-password-file and --key-password-fd exclude each other");
    if (has_fd)
        return hv_password_read_fd((int)hv_args_number(args, HV_OPT_KEY_PASSWORD_FD, 0), "--key-password-fd", ret_password, err);
    return file ? hv_password_read_file(file, ret_password, err) : 0;
}

static int ask(const char *path, struct hv_secret **ret_password, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf question = HV_BUF_INIT(QUESTION_MAX_BYTES);
    int rc;

    hv_buf_printf(&question, "Password of the key in %s", path);
    rc = hv_buf_finish(&question, "the question", err);
    if (rc < 0)
        return rc;
    rc = hv_password_prompt(hv_buf_text(&question), ret_password, err);
    if (rc != HV_E_AUTH)
        return rc;
    hv_error_set(err, HV_E_AUTH, "no password was given for the key in %s", path);
    hv_error_remedy(err, "give --key-password-file FILE or --key-password-fd N where nobody can answer");
    return HV_E_AUTH;
}

/* A certificate that is not used would leave the user in the belief that it is. */
static int check_use(const struct hv_schemes *schemes, const struct hv_args *args, struct hv_error *err) {
    bool has = hv_args_has(args, HV_OPT_CERT);
    bool wanted = hv_schemes_have(schemes, HV_AUTH_CERTIFICATE);

    if (wanted && !has)
        return hv_usage_error(err, "name it by --cert FILE, and its key by --key FILE", "--auth certificate needs a certificate");
    if (!has && (hv_args_has(args, HV_OPT_KEY) || hv_args_has(args, HV_OPT_KEY_PASSWORD_FILE) ||
                 hv_args_has(args, HV_OPT_KEY_PASSWORD_FD)))
        return hv_usage_error(err, "name the certificate by --cert FILE", "there is a key, or its password, and no certificate");
    if (has && !wanted)
        return hv_usage_error(err, "say --auth certificate, or leave --cert out", "--cert is for --auth certificate");
    return 0;
}

int hv_client_cert_init(struct hv_client_cert *cert, const struct hv_schemes *schemes, const struct hv_args *args,
                        struct hv_error *err) {
    bool is_encrypted = false;
    int rc = check_use(schemes, args, err);

    if (rc < 0 || !hv_args_has(args, HV_OPT_CERT))
        return rc;
    cert->file = hv_args_value(args, HV_OPT_CERT);
    cert->key_file = hv_args_value(args, HV_OPT_KEY);
    cert->key_file = cert->key_file ? cert->key_file : cert->file;
    rc = look_at_key(cert->key_file, &is_encrypted, err);
    if (rc == 0)
        rc = given_password(args, &cert->password, err);
    if (rc == 0 && is_encrypted && !cert->password && hv_ask_possible(args))
        rc = ask(cert->key_file, &cert->password, err);
    return rc;
}

void hv_client_cert_deinit(struct hv_client_cert *cert) {
    cert->password = hv_secret_end(cert->password);
    memset(cert, 0, sizeof(*cert));
}

void hv_client_cert_apply(struct hv_client_cert *cert, struct hv_host_options *options) {
    options->client_cert = cert->file;
    options->client_key = cert->key_file;
    options->client_key_password = hv_secret_text(cert->password);
}
