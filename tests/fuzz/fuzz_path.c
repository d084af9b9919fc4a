/* WMI object paths and the InstanceIDs of settings; and a value quoted into a path comes out again. */
#include "base/buf.h"
#include "fuzz/fuzz.h"
#include "hyperv/path.h"

enum { MAX_QUOTED = 8192 }; /* far below what is no path any more */

static void quoted(const char *value) {
    HV_CLEANUP_BUF struct hv_buf path = HV_BUF_INIT(SIZE_MAX / 4);
    HV_CLEANUP_FREE char *read = NULL;

    hv_buf_puts(&path, "\\\\HV01\\root\\virtualization\\v2:Msvm_Disk.Other=\"x,\\\"Name=y\",Name=\"");
    for (const char *at = value; *at; at++) {
        if (*at == '"' || *at == '\\')
            hv_buf_putc(&path, '\\');
        hv_buf_putc(&path, *at);
    }
    hv_buf_putc(&path, '"');
    CHECK(hv_buf_finish(&path, "a path", NULL) == 0);
    CHECK(hv_path_key(hv_buf_text(&path), "Name", &read, NULL) == 0);
    CHECK(strcmp(read, value) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);
    HV_CLEANUP_FREE char *value = NULL;
    struct hv_setting_id id;
    struct hv_error err = { 0 };
    int r = hv_path_key(text, "InstanceID", &value, &err);

    fuzz_check_error(r, &err);
    CHECK(r == 1 || (r == 0 && value && strlen(value) <= size));
    if (hv_setting_id_parse(text, &id))
        CHECK(strlen(id.owner) == HV_UUID_TEXT_SIZE - 1 && id.controller >= -1 && id.slot >= -1);
    if (size <= MAX_QUOTED)
        quoted(text);
    return 0;
}
