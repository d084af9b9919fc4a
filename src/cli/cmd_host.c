/* hvctl host show (ux.md 1). */
#include <hvctl/host.h>

#include "cli/cmd.h"
#include "cli/fanout.h"
#include "cli/host_view.h"
#include "cli/json.h"

/* One document "host" for one host, "hosts" for several; JSON lines have one object a host. */
static void print_json(const struct hv_fanout *fanout, struct hv_output *out) {
    size_t n_sources = fanout->connection->n_sources;
    bool is_alone = out->format == HV_FORMAT_JSONL || (n_sources == 1 && hv_fanout_answer(fanout, 0));
    json_t *list = json_array();
    json_t *document;

    for (size_t i = 0; i < n_sources; i++) {
        const struct hv_task *task = hv_fanout_answer(fanout, i);
        json_t *object;

        if (!task)
            continue;
        object = is_alone ? hv_json_document("host") : json_object();
        hv_host_view_put(&object, hv_host_show_result(task), fanout->connection->sources[i].label);
        if (is_alone)
            hv_output_json(out, object);
        else
            hv_json_add(&list, object);
    }
    if (is_alone) {
        json_decref(list);
        return;
    }
    document = hv_json_document("hosts");
    hv_json_put(&document, "hosts", list);
    hv_json_put(&document, "errors", hv_fanout_errors(fanout));
    hv_output_json(out, document);
}

static void print_sheets(const struct hv_fanout *fanout, struct hv_output *out) {
    bool any = false;

    for (size_t i = 0; i < fanout->connection->n_sources; i++) {
        const struct hv_task *task = hv_fanout_answer(fanout, i);

        if (!task)
            continue;
        if (any)
            hv_output_text(out, "\n");
        any = true;
        hv_host_view_sheet(hv_host_show_result(task), fanout->connection->sources[i].label, out);
    }
}

int hv_cmd_host_show(const struct hv_args *args, struct hv_output *out) {
    const struct hv_connect_plan plan = { .max_sources = HV_MAX_HOSTS };

    return hv_fanout_command(&plan, args, out, hv_host_show_new, hv_output_is_json(out) ? print_json : print_sheets);
}
