/* hvctl host show (ux.md 1). */
#include <hvctl/host.h>

#include "cli/cmd.h"
#include "cli/fanout_view.h"
#include "cli/host_view.h"

/* One document "host" for one host, "hosts" for several; JSON lines have one object a host. */
static void print_json(const struct hv_fanout *fanout, struct hv_output *out) {
    struct hv_fanout_list list;

    hv_fanout_list_begin(&list, fanout, out, "host", true);
    for (size_t i = 0; i < fanout->n_tasks; i++) {
        const struct hv_task *task = hv_fanout_answer(fanout, i);
        json_t *object;

        if (!task)
            continue;
        object = hv_fanout_list_object(&list);
        hv_host_view_put(&object, hv_host_show_result(task), hv_fanout_source(fanout, i)->label);
        hv_fanout_list_add(&list, object);
    }
    hv_fanout_list_end(&list, "hosts", "hosts");
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
