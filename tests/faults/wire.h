/*
 * What the two processes of a run say to each other over a socket pair: the one with hvctl asks, the one with the simulated hosts
 * answers. Both are of one program, so that structs go as they are.
 */
#ifndef FAULTS_WIRE_H
#define FAULTS_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* In place of a host: hvctl ends, at NOW_MS. */
#define FAULT_FAREWELL UINT32_MAX

/* One request leaves. */
struct fault_ask {
    uint64_t now_ms;     /* of hvctl's clock */
    uint64_t timeout_ms; /* how long it waits for the answer */
    uint32_t host;
    uint32_t n_bytes;
    uint32_t is_once; /* no second copy may leave */
};

/* What hvctl's transport is to make of it. */
enum fault_end {
    FAULT_END_ANSWER,  /* status and body as given */
    FAULT_END_REFUSED, /* no connection: nothing has left */
    FAULT_END_BROKEN,  /* the connection broke before an answer */
    FAULT_END_CUT,     /* it broke within the answer */
    FAULT_END_SILENT,  /* nothing came until the timeout */
};

struct fault_say {
    uint32_t end; /* enum fault_end */
    int32_t status;
    uint32_t is_soap; /* else an HTML page, or nothing */
    uint32_t signal;  /* that hvctl gets first; 0: none */
    uint32_t n_bytes;
};

/* False: the other end is gone. */
bool fault_send(int fd, const void *head, size_t n_head, const void *bytes, size_t n_bytes);
bool fault_receive(int fd, void *head, size_t n_head);
/* Appends N_BYTES to BUF. */
bool fault_receive_bytes(int fd, size_t n_bytes, struct hv_buf *buf);

#endif
