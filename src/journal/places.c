/* Reading where a move was to put disks and folders. */
#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "journal/store.h"

enum { MAX_TEXTS = 4 };

/* The texts of one row. */
struct row {
    char *texts[MAX_TEXTS]; /* as columns_of_row names them */
};
enum { INSTANCE_ID, SOURCE, DESTINATION, POOL };

struct kept_places {
    struct hv_move_places places; /* first: what the caller has */
    struct hv_move_place *disks;
    struct row *rows; /* whose texts the others borrow */
    size_t n_rows;
};

struct hv_move_places *hv_journal_places_free(struct hv_move_places *places) {
    struct kept_places *kept = (struct kept_places *)places;

    if (!kept)
        return NULL;
    for (size_t i = 0; i < kept->n_rows; i++) {
        for (size_t k = 0; k < MAX_TEXTS; k++)
            free(kept->rows[i].texts[k]);
    }
    free(kept->rows);
    free(kept->disks);
    free(kept);
    return NULL;
}

static int add_disk(struct kept_places *kept, const struct row *row, struct hv_error *err) {
    struct hv_move_place *grown = hv_grow(kept->disks, kept->places.n_disks, sizeof(*grown));

    if (!grown)
        return hv_error_memory(err);
    kept->disks = grown;
    kept->places.disks = grown;
    grown[kept->places.n_disks++] = (struct hv_move_place){
        .instance_id = row->texts[INSTANCE_ID],
        .from = row->texts[SOURCE],
        .to = row->texts[DESTINATION],
        .pool = row->texts[POOL],
    };
    return 0;
}

/* Kinds that are not known are of a later hvctl, which would have a later version of the file: damage, and not for here to say.
 */
static int add_row(void *context, sqlite3_stmt *statement, struct hv_error *err) {
    struct kept_places *kept = context;
    const struct {
        const char *kind;
        const char **path;
    } folders[] = {
        { HV_PLACE_KIND_CONFIG, &kept->places.config_path },
        { HV_PLACE_KIND_SNAPSHOT, &kept->places.snapshot_path },
        { HV_PLACE_KIND_PAGING, &kept->places.paging_path },
    };
    const char *kind = (const char *)sqlite3_column_text(statement, 0);
    struct row *grown = hv_grow(kept->rows, kept->n_rows, sizeof(*grown));
    struct row *row;
    int r = 0;

    if (!kind || !grown)
        return hv_error_memory(err);
    kept->rows = grown;
    row = &grown[kept->n_rows++];
    memset(row, 0, sizeof(*row));
    for (int i = 0; r == 0 && i < MAX_TEXTS; i++)
        r = hv_store_text(statement, i + 1, &row->texts[i], err);
    if (r == 0 && strcmp(kind, HV_PLACE_KIND_DISK) == 0)
        return add_disk(kept, row, err);
    for (size_t i = 0; r == 0 && i < HV_ARRAY_SIZE(folders); i++) {
        if (strcmp(kind, folders[i].kind) == 0)
            *folders[i].path = row->texts[DESTINATION];
    }
    return r;
}

int hv_journal_places(struct hv_journal *journal, int64_t id, struct hv_move_places **ret_places, struct hv_error *err) {
    const struct hv_bind binds[] = { { .number = id, .is_number = true } };
    struct kept_places *kept = calloc(1, sizeof(*kept));
    int r;

    if (!kept)
        return hv_error_memory(err);
    r = hv_store_run(journal, "SELECT kind, instance_id, source, destination, pool FROM place WHERE move = ? ORDER BY id", binds,
                     HV_ARRAY_SIZE(binds), add_row, kept, err);
    if (r < 0 || kept->n_rows == 0) {
        (void)hv_journal_places_free(&kept->places);
        return r;
    }
    *ret_places = &kept->places;
    return 0;
}
