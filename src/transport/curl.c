/*
 * Many transfers on one libcurl multi handle. How many go to a host at a time is for the caller to say: libcurl's own queue would
 * run on the request's timeout (gssapi.md 8).
 */
#include "transport/curl.h"

#include <limits.h>

#include "transport/transfer.h"

/* Idle connections kept; libcurl's default shrinks with the number of transfers and would close those of hosts at rest. */
enum { POOL_SIZE = 256 };

struct curl_transport {
    struct hv_transport transport;
    CURLM *multi;
    uint64_t connect_timeout_ms;
    struct hv_transfer *flying;
    struct hv_transfer *given; /* its answer was collected and may still be looked at */
};

static struct curl_transport *self_of(struct hv_transport *transport) {
    return (struct curl_transport *)transport;
}

static int fail(CURLMcode code, struct hv_error *err) {
    if (code == CURLM_OUT_OF_MEMORY)
        return hv_error_memory(err);
    return hv_error_set(err, HV_E_INTERNAL, "libcurl: %s", curl_multi_strerror(code));
}

static void drop_given(struct curl_transport *self) {
    self->given = hv_transfer_free(self->given);
}

static int submit(struct hv_transport *transport, const struct hv_request *request, struct hv_error *err) {
    HV_CLEANUP(hv_transfer_free) struct hv_transfer *transfer = NULL;
    struct curl_transport *self = self_of(transport);
    CURLMcode code;
    int r = hv_transfer_new(request, self->connect_timeout_ms, &transfer, err);

    if (r < 0)
        return r;
    code = curl_multi_add_handle(self->multi, transfer->easy);
    if (code != CURLM_OK)
        return fail(code, err);
    transfer->next = self->flying;
    self->flying = transfer;
    transfer = NULL;
    return 0;
}

/* Out of the list and of the multi handle. */
static void unhook(struct curl_transport *self, struct hv_transfer *transfer) {
    struct hv_transfer **link = &self->flying;

    while (*link != transfer)
        link = &(*link)->next;
    *link = transfer->next;
    (void)curl_multi_remove_handle(self->multi, transfer->easy);
}

static CURLMsg *next_message(struct curl_transport *self) {
    CURLMsg *message;
    int n_left;

    do
        message = curl_multi_info_read(self->multi, &n_left);
    while (message && message->msg != CURLMSG_DONE);
    return message;
}

static int collect(struct hv_transport *transport, struct hv_result *ret_result, struct hv_error *err) {
    struct curl_transport *self = self_of(transport);
    CURLMsg *message = next_message(self);
    struct hv_transfer *transfer = NULL;
    CURLMcode code;
    CURLcode result;
    int n_running;

    drop_given(self);
    if (!message) {
        code = curl_multi_perform(self->multi, &n_running);
        if (code != CURLM_OK)
            return fail(code, err);
        message = next_message(self);
    }
    if (!message)
        return 0;
    result = message->data.result; /* the message dies with the removal */
    (void)curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer);
    hv_transfer_finish(transfer, result, ret_result);
    unhook(self, transfer);
    self->given = transfer;
    return 1;
}

static void cancel(struct hv_transport *transport, const void *user) {
    struct curl_transport *self = self_of(transport);

    for (struct hv_transfer *transfer = self->flying; transfer; transfer = transfer->next) {
        if (transfer->user == user) {
            unhook(self, transfer);
            (void)hv_transfer_free(transfer);
            return;
        }
    }
}

static int wait_for(struct hv_transport *transport, uint64_t max_ms, struct hv_error *err) {
    struct curl_transport *self = self_of(transport);
    CURLMcode code = curl_multi_poll(self->multi, NULL, 0, max_ms > INT_MAX ? INT_MAX : (int)max_ms, NULL);

    return code == CURLM_OK ? 0 : fail(code, err);
}

static void destroy(struct hv_transport *transport) {
    struct curl_transport *self = self_of(transport);

    drop_given(self);
    while (self->flying) {
        struct hv_transfer *transfer = self->flying;
        unhook(self, transfer);
        (void)hv_transfer_free(transfer);
    }
    (void)curl_multi_cleanup(self->multi);
    free(self);
}

int hv_curl_init(struct hv_error *err) {
    CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);

    if (code != CURLE_OK)
        return hv_error_set(err, HV_E_INTERNAL, "libcurl cannot start: %s", curl_easy_strerror(code));
    return 0;
}

int hv_curl_new(uint64_t connect_timeout_ms, struct hv_transport **ret_transport, struct hv_error *err) {
    static const struct hv_transport_vtable vtable = {
        .submit = submit,
        .collect = collect,
        .cancel = cancel,
        .wait = wait_for,
        .free = destroy,
    };
    struct curl_transport *self = calloc(1, sizeof(*self));

    if (!self)
        return hv_error_memory(err);
    self->transport.vtable = &vtable;
    self->connect_timeout_ms = connect_timeout_ms;
    self->multi = curl_multi_init();
    if (!self->multi || curl_multi_setopt(self->multi, CURLMOPT_MAXCONNECTS, (long)POOL_SIZE) != CURLM_OK) {
        (void)curl_multi_cleanup(self->multi);
        free(self);
        return hv_error_memory(err);
    }
    *ret_transport = &self->transport;
    return 0;
}
