/* What both hosts tell against a move, before it is asked for (hvctl check --preflight). */
#include <hvctl/preflight.h>

#include "base/error.h"
#include "cli/json.h"
#include "cli/mover.h"
#include "cli/say.h"

static void say_findings(const struct hv_mover_item *item) {
    struct hv_output *out = item->mover->out;
    const struct hv_error *error = NULL;
    size_t n = 0;
    const struct hv_finding *findings = hv_preflight_result(item->preflight, &n);

    if (hv_task_result(item->preflight, &error) < 0)
        hv_say_warning(out, "%s: the hosts could not be compared: %s", item->given, error->message);
    for (size_t i = 0; i < n; i++)
        hv_say_warning(out, "%s: %s: %s (%s)", item->given, findings[i].fact, findings[i].text, findings[i].code);
}

int hv_mover_preflight(struct hv_mover *mover, struct hv_error *err) {
    int rc = 0;

    for (size_t i = 0; rc == 0 && i < mover->n_items; i++) {
        struct hv_mover_item *item = mover->items[i];

        if (!item->destination)
            continue;
        rc = hv_preflight_new(&item->options, &item->preflight, err);
        if (rc == 0)
            rc = hv_client_start(mover->connection->client, item->preflight, item->source->host, item->destination->host, err);
    }
    if (rc == 0)
        rc = hv_connection_run(mover->connection, err);
    for (size_t i = 0; rc == 0 && i < mover->n_items; i++) {
        if (mover->items[i]->preflight)
            say_findings(mover->items[i]);
    }
    return rc;
}

json_t *hv_mover_preflight_json(const struct hv_mover_item *item) {
    size_t n = 0;
    const struct hv_finding *findings = item->preflight ? hv_preflight_result(item->preflight, &n) : NULL;
    json_t *array = json_array();

    for (size_t i = 0; i < n; i++) {
        json_t *object = json_object();

        hv_json_put(&object, "code", hv_json_text(findings[i].code));
        hv_json_put(&object, "text", hv_json_text(findings[i].text));
        hv_json_put(&object, "fact", hv_json_text(findings[i].fact));
        hv_json_add(&array, object);
    }
    return array;
}
