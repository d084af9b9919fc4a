/* A client and a host that sign in by CredSSP, in one process and turn by turn. */
#ifndef UNIT_CREDSSP_MEETING_H
#define UNIT_CREDSSP_MEETING_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/size.h"
#include "support/credssp_peer.h"
#include "transport/credssp.h"

enum {
    DAY = 24 * 60 * 60,
    CEILING = 1024 * 1024,
    MOST_TURNS = 12,
};

static struct loopback_certificate meeting_certificate;

struct meeting {
    struct credssp_peer peer;
    struct hv_mech *mech;
    unsigned n_turns;
    struct hv_error err;
};

static inline void meeting_begin(struct meeting *meeting, const struct hv_credssp_options *client,
                                 struct credssp_peer_options host) {
    memset(meeting, 0, sizeof(*meeting));
    host.tls.certificate = &meeting_certificate;
    host.version = host.version ? host.version : 6;
    credssp_peer_start(&meeting->peer, &host);
    assert_int_equal(hv_credssp_new(client, &meeting->mech, &meeting->err), 0);
}

static inline void meeting_end(struct meeting *meeting) {
    meeting->mech = hv_mech_free(meeting->mech);
    credssp_peer_stop(&meeting->peer);
}

/*
 * Until one of them ends it. After turn CUT the client gets only N_CUT bytes of the answer. Returns what the client said last; 1
 * when the host refused and the client has not noticed.
 */
static inline int meeting_cut(struct meeting *meeting, unsigned cut, size_t n_cut, size_t *ret_n_answer) {
    HV_CLEANUP_BUF struct hv_buf ours = HV_BUF_INIT(CEILING);
    HV_CLEANUP_BUF struct hv_buf theirs = HV_BUF_INIT(CEILING);
    int host = 1;
    int r;

    do {
        hv_buf_reset(&ours);
        r = meeting->mech->vtable->step(meeting->mech, theirs.data, theirs.len, &ours, &meeting->err);
        meeting->n_turns++;
        hv_buf_reset(&theirs);
        if (r < 0 || host <= 0)
            break;
        assert_true(ours.len > 0);
        host = credssp_peer_turn(&meeting->peer, ours.data, ours.len, &theirs);
        if (ret_n_answer)
            *ret_n_answer = theirs.len;
        if (meeting->n_turns == cut && theirs.len > n_cut)
            theirs.len = n_cut;
        assert_true(meeting->n_turns < MOST_TURNS);
    } while (r > 0 || host < 0);
    return r;
}

static inline int meeting_run(struct meeting *meeting) {
    return meeting_cut(meeting, 0, 0, NULL);
}

static inline void meeting_assert_utf16(const struct hv_buf *buf, const char *ascii) {
    assert_int_equal(buf->len, strlen(ascii) * 2);
    for (size_t i = 0; ascii[i]; i++) {
        assert_int_equal(buf->data[i * 2], ascii[i]);
        assert_int_equal(buf->data[i * 2 + 1], 0);
    }
}

static inline void meeting_assert_safe(const struct meeting *meeting) {
    assert_false(meeting->peer.has_credentials);
    assert_true(meeting->err.message[0]);
    assert_null(strstr(meeting->err.message, "Passw0rd"));
    assert_null(strstr(meeting->err.cause, "Passw0rd"));
}

#endif
