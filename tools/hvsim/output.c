/* The request log and the state file. */
#include "output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"

int sim_output_init(struct sim_output *output, const char *request_log, const char *state_file, struct hv_error *err) {
    *output = (struct sim_output){ .state_file = state_file };
    if (!request_log)
        return 0;
    output->log = fopen(request_log, "we");
    if (!output->log)
        return hv_error_set(err, HV_E_ARGUMENT, "cannot write %s: %s", request_log, strerror(errno));
    return 0;
}

void sim_output_deinit(struct sim_output *output) {
    if (output->log)
        (void)fclose(output->log);
    output->log = NULL;
}

void sim_output_request(struct sim_output *output, const char *line) {
    if (!output->log || !line)
        return;
    (void)fprintf(output->log, "%s\n", line);
    (void)fflush(output->log);
}

bool sim_write_file(const char *path, const char *bytes, size_t n_bytes) {
    HV_CLEANUP_BUF struct hv_buf beside = HV_BUF_INIT(8192);
    FILE *file;
    bool good;

    hv_buf_printf(&beside, "%s.new", path);
    file = beside.failure ? NULL : fopen(hv_buf_text(&beside), "we");
    if (!file)
        return false;
    good = fwrite(bytes, 1, n_bytes, file) == n_bytes;
    good = fclose(file) == 0 && good;
    if (good && rename(hv_buf_text(&beside), path) == 0)
        return true;
    (void)unlink(hv_buf_text(&beside));
    return false;
}

void sim_output_state(struct sim_output *output, const struct sim_fabric *fabric) {
    HV_CLEANUP_BUF struct hv_buf json = HV_BUF_INIT(SIZE_MAX / 2);

    if (!output->state_file || (output->has_state && output->generation == sim_fabric_generation(fabric)))
        return;
    if (!sim_fabric_dump(fabric, &json) || !sim_write_file(output->state_file, hv_buf_text(&json), json.len)) {
        (void)fprintf(stderr, "hvsim: cannot write %s\n", output->state_file);
        return;
    }
    output->has_state = true;
    output->generation = sim_fabric_generation(fabric);
}
