/* Names of hosts in recordings. */
#include "transport/label.h"

#include <string.h>

#include "base/buf.h"

enum {
    USUAL_PORT = 5986, /* WinRM over HTTPS */
    MAX_LABEL = 512,
};

int hv_label_of(const struct hv_endpoint *endpoint, char **ret_label, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf buf = HV_BUF_INIT(MAX_LABEL);
    const char *host = hv_endpoint_host(endpoint);
    bool in_brackets = strchr(host, ':') != NULL;

    if (hv_endpoint_port(endpoint) == USUAL_PORT)
        hv_buf_puts(&buf, host);
    else
        hv_buf_printf(&buf, "%s%s%s:%u", in_brackets ? "[" : "", host, in_brackets ? "]" : "", hv_endpoint_port(endpoint));
    return hv_buf_take(&buf, "the name of a host", ret_label, err);
}
