/* Logon with name and password. */
#include "logon.h"

#include <stdio.h>
#include <string.h>

#include "acceptor.h"
#include "auth.h"
#include "base/buf.h"
#include "base/secret.h"
#include "base/text.h"

static bool is_local(const struct sim_logon *logon) {
    return !*logon->domain || strcmp(logon->domain, ".") == 0;
}

/* DOMAIN:NAME:PASSWORD, without the line end. */
static bool is_in_line(const struct sim_logon *logon, char *line) {
    char *rest = line;
    const char *domain = strsep(&rest, ":");
    const char *user = strsep(&rest, ":");

    return user && rest && *line != '#' && (hv_text_same(domain, logon->domain) || is_local(logon)) &&
           hv_text_same(user, logon->user) && sim_is_same_secret(rest, logon->password);
}

static bool is_in_file(const struct sim_logon *logon) {
    const char *path = getenv("NTLM_USER_FILE");
    FILE *file = path ? fopen(path, "re") : NULL;
    char *line = NULL;
    size_t size = 0;
    bool found = false;

    if (!file)
        return false;
    while (!found && getline(&line, &size, file) > 0) {
        line[strcspn(line, "\r\n")] = '\0';
        found = is_in_line(logon, line);
    }
    (void)fclose(file);
    hv_secret_wipe(line, size);
    free(line);
    return found;
}

/* A domain without a dot is a short name, which is no realm. */
static bool is_at_kdc(const struct sim_logon *logon, const struct sim_keys *keys) {
    HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(4096);

    if (!is_local(logon) && !strchr(logon->domain, '.'))
        return false;
    hv_buf_puts(&name, logon->user);
    if (!is_local(logon)) {
        hv_buf_putc(&name, '@');
        for (const char *c = logon->domain; *c; c++)
            hv_buf_putc(&name, *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c);
    }
    return !name.failure && keys && sim_keys_logon(keys, hv_buf_text(&name), logon->password);
}

bool sim_logon_check(const struct sim_logon *logon, const struct sim_users *users, const struct sim_keys *keys) {
    if (!*logon->user || !*logon->password)
        return false;
    for (size_t i = 0; is_local(logon) && i < users->n_items; i++)
        if (hv_text_same(users->items[i].name, logon->user) && sim_is_same_secret(users->items[i].password, logon->password))
            return true;
    return is_in_file(logon) || is_at_kdc(logon, keys);
}
