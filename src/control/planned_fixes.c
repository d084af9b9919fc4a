/* The wishes, copied and checked. What they come to: planned_edits.c. */
#include "control/planned_fixes.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "migration/tuning.h"

enum { LIST_CEILING = 600 };

/* Which of two wishes for one part holds is not for us to choose. Outcomes: 0 it is new; 1 it was said before. */
static int compare_wishes(const struct hv_planned_wish *list, size_t n, const char *old, const char *replacement,
                          struct hv_error *err) {
    for (size_t i = 0; i < n; i++) {
        const char *first = list[i].replacement;
        if (!hv_text_same(list[i].old, old))
            continue;
        if (first == replacement || hv_text_same(first, replacement))
            return 1;
        (void)hv_error_set(err, HV_E_ARGUMENT, "two different changes were named for \"%s\"", old);
        hv_error_cause(err, "to \"%s\", and to \"%s\"", first ? first : "nothing", replacement ? replacement : "nothing");
        hv_error_remedy(err, "leave one of the two out");
        return HV_E_ARGUMENT;
    }
    return 0;
}

static int add_wish(struct hv_planned_wish **list, size_t *n, const char *old, const char *replacement, struct hv_error *err) {
    struct hv_planned_wish *grown;
    int r = compare_wishes(*list, *n, old, replacement, err);

    if (r != 0)
        return r < 0 ? r : 0;
    if (*n == HV_PLANNED_MAX_WISHES)
        return hv_error_set(err, HV_E_ARGUMENT, "more than %d changes of one kind", HV_PLANNED_MAX_WISHES);
    grown = hv_grow(*list, *n, sizeof(*grown));
    if (!grown)
        return hv_error_memory(err);
    *list = grown;
    grown[*n] = (struct hv_planned_wish){ 0 };
    r = hv_text_copy(old, &grown[*n].old, err);
    if (r == 0)
        r = hv_text_copy(replacement, &grown[*n].replacement, err);
    (*n)++;
    return r;
}

static int copy_switches(struct hv_planned_wishes *wishes, const struct hv_planned_fixes *fixes, struct hv_error *err) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < fixes->n_switches; i++)
        r = add_wish(&wishes->switches, &wishes->n_switches, fixes->switches[i].old, fixes->switches[i].replacement, err);
    for (size_t i = 0; r == 0 && i < fixes->n_disconnect; i++)
        r = add_wish(&wishes->switches, &wishes->n_switches, fixes->disconnect[i], NULL, err);
    for (size_t i = 0; r == 0 && i < fixes->n_drives; i++)
        r = add_wish(&wishes->drives, &wishes->n_drives, fixes->drives[i].old, fixes->drives[i].replacement, err);
    return r;
}

/* A target that ends in a backslash is a folder, as that of a disk that moves. */
static int copy_disks(struct hv_planned_wishes *wishes, const struct hv_planned_fixes *fixes, struct hv_error *err) {
    int r = 0;

    for (size_t i = 0; r == 0 && i < fixes->n_disks; i++) {
        r = hv_plan_check_path(fixes->disks[i].destination, "new disk path", err);
        if (r == 0)
            r = add_wish(&wishes->disks, &wishes->n_disks, fixes->disks[i].source, fixes->disks[i].destination, err);
    }
    return r;
}

static int copy_roots(struct hv_planned_wishes *wishes, const struct hv_planned_fixes *fixes, struct hv_error *err) {
    const struct {
        const char *path;
        const char *what;
    } roots[] = {
        { fixes->config_path, "configuration path" },
        { fixes->snapshot_path, "checkpoint path" },
        { fixes->paging_path, "paging file path" },
    };
    int r = 0;

    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(roots); i++) {
        r = hv_plan_check_path(roots[i].path, roots[i].what, err);
        if (r == 0)
            r = hv_text_copy(roots[i].path, &wishes->roots[i], err);
    }
    return r;
}

int hv_planned_wishes_init(struct hv_planned_wishes *wishes, const struct hv_planned_fixes *fixes, struct hv_error *err) {
    int r;

    *wishes = (struct hv_planned_wishes){
        .disconnect_missing = fixes->disconnect_missing,
        .eject_iso = fixes->eject_iso,
        .tolerant = fixes->tolerant,
    };
    r = copy_switches(wishes, fixes, err);
    if (r == 0)
        r = copy_disks(wishes, fixes, err);
    return r < 0 ? r : copy_roots(wishes, fixes, err);
}

static void free_wishes(struct hv_planned_wish *list, size_t n) {
    for (size_t i = 0; i < n; i++) {
        free(list[i].old);
        free(list[i].replacement);
    }
    free(list);
}

void hv_planned_wishes_deinit(struct hv_planned_wishes *wishes) {
    free_wishes(wishes->switches, wishes->n_switches);
    free_wishes(wishes->disks, wishes->n_disks);
    free_wishes(wishes->drives, wishes->n_drives);
    for (size_t i = 0; i < HV_ARRAY_SIZE(wishes->roots); i++)
        free(wishes->roots[i]);
    *wishes = (struct hv_planned_wishes){ 0 };
}

bool hv_planned_wishes_are_empty(const struct hv_planned_wishes *wishes) {
    return wishes->n_switches == 0 && wishes->n_disks == 0 && wishes->n_drives == 0 && !wishes->disconnect_missing &&
           !wishes->eject_iso && !wishes->roots[0] && !wishes->roots[1] && !wishes->roots[2];
}

static int no_switch(const struct hv_instance_list *switches, const char *host, const char *wanted, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf names = HV_BUF_INIT(LIST_CEILING);

    for (size_t i = 0; i < switches->n; i++) {
        const char *name = hv_instance_text(switches->items[i], "ElementName");

        if (name)
            hv_buf_printf(&names, "%s\"%s\"", names.len ? ", " : "", name);
    }
    (void)hv_error_set(err, HV_E_NOT_FOUND, "%s has no virtual switch \"%s\"", host, wanted);
    hv_error_cause(err, "its switches are: %s", names.len ? hv_buf_text(&names) : "none");
    hv_error_remedy(err, "name one of them, or make one with that name there");
    return HV_E_NOT_FOUND;
}

int hv_planned_wishes_check(const struct hv_planned_wishes *wishes, const struct hv_instance_list *switches, const char *host,
                            struct hv_error *err) {
    for (size_t i = 0; i < wishes->n_switches; i++) {
        const char *wanted = wishes->switches[i].replacement;
        bool is_there = !wanted;

        for (size_t k = 0; !is_there && k < switches->n; k++)
            is_there = hv_text_same(hv_instance_text(switches->items[k], "ElementName"), wanted);
        if (is_there)
            continue;
        return no_switch(switches, host, wanted, err);
    }
    return 0;
}
