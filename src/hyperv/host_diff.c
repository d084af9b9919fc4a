/* Two states of host settings side by side (hyperv.md 2.3, 2.5). */
#include <hvctl/host.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/cidr.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "hyperv/host.h"

enum { TEXT_MAX = 4096 };

struct list {
    struct hv_host_difference *items;
    size_t n;
};

void hv_host_differences_free(struct hv_host_difference *differences, size_t n) {
    for (size_t i = 0; differences && i < n; i++) {
        free(differences[i].setting);
        free(differences[i].a);
        free(differences[i].b);
    }
    free(differences);
}

static int add(struct list *list, const char *setting, const char *a, const char *b, struct hv_error *err) {
    struct hv_host_difference *grown = hv_grow(list->items, list->n, sizeof(*grown));
    struct hv_host_difference *item;
    int r;

    if (!grown)
        return hv_error_memory(err);
    list->items = grown;
    item = &grown[list->n++];
    *item = (struct hv_host_difference){ 0 };
    r = hv_text_copy(setting, &item->setting, err);
    if (r == 0)
        r = hv_text_copy(a, &item->a, err);
    return r < 0 ? r : hv_text_copy(b, &item->b, err);
}

/* ---- settings ---- */

enum kind {
    KIND_FLAG,
    KIND_NUMBER,
    KIND_AUTHENTICATION,
};

enum { NUMBER_SIZE = 24 };

/* NULL for absent. NUMBER is room for the text. */
static const char *value_text(enum kind kind, int64_t value, char number[NUMBER_SIZE]) {
    if (value < 0)
        return NULL;
    if (kind == KIND_FLAG)
        return value ? "yes" : "no";
    if (kind == KIND_AUTHENTICATION && value <= HV_HOST_AUTH_KERBEROS)
        return value == HV_HOST_AUTH_KERBEROS ? "kerberos" : "credssp";
    (void)snprintf(number, NUMBER_SIZE, "%" PRId64, value);
    return number;
}

static int compare_settings(struct list *list, const struct hv_host_info *a, const struct hv_host_info *b, struct hv_error *err) {
    const struct {
        const char *name;
        enum kind kind;
        int64_t a;
        int64_t b;
    } settings[] = {
        { "migration_enabled", KIND_FLAG, a->migration_enabled, b->migration_enabled },
        { "max_vm_migrations", KIND_NUMBER, a->max_vm_migrations, b->max_vm_migrations },
        { "max_storage_migrations", KIND_NUMBER, a->max_storage_migrations, b->max_storage_migrations },
        { "authentication", KIND_AUTHENTICATION, a->authentication_type, b->authentication_type },
        { "compression", KIND_FLAG, a->compression, b->compression },
        { "smb_transport", KIND_FLAG, a->smb_transport, b->smb_transport },
    };
    int r = 0;

    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(settings); i++) {
        char number_a[NUMBER_SIZE];
        char number_b[NUMBER_SIZE];

        if (settings[i].a != settings[i].b)
            r = add(list, settings[i].name, value_text(settings[i].kind, settings[i].a, number_a),
                    value_text(settings[i].kind, settings[i].b, number_b), err);
    }
    return r;
}

/* ---- networks ---- */

static bool is_same_network(const struct hv_migration_network *a, const struct hv_migration_network *b) {
    struct hv_cidr cidr_a;
    struct hv_cidr cidr_b;

    if (hv_cidr_make(a->subnet, a->prefix_length, &cidr_a) && hv_cidr_make(b->subnet, b->prefix_length, &cidr_b))
        return hv_cidr_same(&cidr_a, &cidr_b);
    return hv_text_same(a->subnet, b->subnet) && a->prefix_length == b->prefix_length;
}

const struct hv_migration_network *hv_host_find_network(const struct hv_host_info *info,
                                                        const struct hv_migration_network *wanted) {
    for (size_t i = 0; i < info->n_networks; i++) {
        if (is_same_network(&info->networks[i], wanted))
            return &info->networks[i];
    }
    return NULL;
}

static void write_network(struct hv_buf *buf, const struct hv_migration_network *network) {
    const char *comma = "";

    if (network->metric >= 0) {
        hv_buf_printf(buf, "metric %" PRId64, network->metric);
        comma = ", ";
    }
    for (size_t i = 0; i < network->n_tags; i++) {
        hv_buf_printf(buf, "%s%s", comma, network->tags[i]);
        comma = ", ";
    }
    if (!*comma)
        hv_buf_puts(buf, "allowed");
}

/* One of the two may be NULL. */
static int compare_network(struct list *list, const struct hv_migration_network *a, const struct hv_migration_network *b,
                           struct hv_error *err) {
    const struct hv_migration_network *named = a ? a : b;
    HV_CLEANUP_BUF struct hv_buf name = HV_BUF_INIT(TEXT_MAX);
    HV_CLEANUP_BUF struct hv_buf text_a = HV_BUF_INIT(TEXT_MAX);
    HV_CLEANUP_BUF struct hv_buf text_b = HV_BUF_INIT(TEXT_MAX);
    int r;

    if (!named)
        return 0;
    hv_buf_printf(&name, "network %s/%" PRId64, named->subnet ? named->subnet : "-", named->prefix_length);
    if (a)
        write_network(&text_a, a);
    if (b)
        write_network(&text_b, b);
    r = hv_buf_finish(&name, "a network", err);
    if (r == 0)
        r = hv_buf_finish(&text_a, "a network", err);
    if (r == 0)
        r = hv_buf_finish(&text_b, "a network", err);
    if (r < 0 || (a && b && hv_text_same(hv_buf_text(&text_a), hv_buf_text(&text_b))))
        return r;
    return add(list, hv_buf_text(&name), a ? hv_buf_text(&text_a) : NULL, b ? hv_buf_text(&text_b) : NULL, err);
}

static int compare_networks(struct list *list, const struct hv_host_info *a, const struct hv_host_info *b, struct hv_error *err) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < a->n_networks; i++)
        r = compare_network(list, &a->networks[i], hv_host_find_network(b, &a->networks[i]), err);
    for (size_t i = 0; r == 0 && i < b->n_networks; i++) {
        if (!hv_host_find_network(a, &b->networks[i]))
            r = compare_network(list, NULL, &b->networks[i], err);
    }
    return r;
}

int hv_host_diff(const struct hv_host_info *a, const struct hv_host_info *b, struct hv_host_difference **ret_differences,
                 size_t *ret_n, struct hv_error *err) {
    struct list list = { 0 };
    int r = compare_settings(&list, a, b, err);

    if (r == 0)
        r = compare_networks(&list, a, b, err);
    if (r < 0) {
        hv_host_differences_free(list.items, list.n);
        return r;
    }
    *ret_differences = list.items;
    *ret_n = list.n;
    return 0;
}
