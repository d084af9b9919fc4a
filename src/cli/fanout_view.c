/* One table or one document of what several hosts answered (ux.md 1, 4). */
#include "cli/fanout_view.h"

#include "cli/json.h"

void hv_fanout_print_table(const struct hv_fanout *fanout, struct hv_output *out, const struct hv_fanout_table *table) {
    HV_CLEANUP(hv_table_free) struct hv_table *rows = NULL;

    if (hv_table_new(table->headers, table->n_headers, &rows, NULL) < 0) {
        out->memory_failed = true;
        return;
    }
    for (size_t i = 0; i < fanout->n_tasks; i++) {
        if (hv_fanout_answer(fanout, i))
            table->add(rows, fanout, i, out);
    }
    if (!table->hides_empty || hv_table_n_rows(rows) > 0)
        hv_output_table(out, rows);
}

void hv_fanout_list_begin(struct hv_fanout_list *list, const struct hv_fanout *fanout, struct hv_output *out, const char *one,
                          bool may_be_alone) {
    bool is_only = may_be_alone && fanout->n_tasks == 1 && hv_fanout_answer(fanout, 0);

    *list = (struct hv_fanout_list){
        .fanout = fanout,
        .out = out,
        .one = one,
        .is_alone = is_only || out->format == HV_FORMAT_JSONL,
        .array = json_array(),
    };
}

json_t *hv_fanout_list_object(const struct hv_fanout_list *list) {
    return list->is_alone ? hv_json_document(list->one) : json_object();
}

void hv_fanout_list_add(struct hv_fanout_list *list, json_t *object_take) {
    if (list->is_alone)
        hv_output_json(list->out, object_take);
    else
        hv_json_add(&list->array, object_take);
}

void hv_fanout_list_end(struct hv_fanout_list *list, const char *all, const char *key) {
    json_t *document;

    if (list->is_alone) {
        json_decref(list->array);
        return;
    }
    document = hv_json_document(all);
    hv_json_put(&document, key, list->array);
    hv_json_put(&document, "errors", hv_fanout_errors(list->fanout));
    hv_output_json(list->out, document);
}
