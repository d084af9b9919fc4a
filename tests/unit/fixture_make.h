/* Messages and fixtures in memory, for the tests of the room fixture. */
#ifndef TESTS_FIXTURE_MAKE_H
#define TESTS_FIXTURE_MAKE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "fixture/player.h"
#include "fixture/sheet.h"
#include "fixture/tape.h"

#define MAKE_CLASS_NS "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/"
#define MAKE_ENVELOPE(header, body)                                                                                              \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "                                                           \
    "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "                                                              \
    "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" "                                                             \
    "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><s:Header>" header "</s:Header><s:Body>" body                    \
    "</s:Body></s:Envelope>"
#define MAKE_GET(id, name)                                                                                                       \
    MAKE_ENVELOPE("<a:Action>http://schemas.xmlsoap.org/ws/2004/09/transfer/Get</a:Action><a:MessageID>uuid:" id                 \
                  "</a:MessageID><w:ResourceURI>" MAKE_CLASS_NS "Msvm_Thing</w:ResourceURI><w:SelectorSet><w:Selector "          \
                  "Name=\"Name\">" name "</w:Selector></w:SelectorSet>",                                                         \
                  "")
#define MAKE_ANSWER(id, text) MAKE_ENVELOPE("<a:RelatesTo>uuid:" id "</a:RelatesTo>", "<p:X xmlns:p=\"urn:x\">" text "</p:X>")

static inline char *make_copy(const char *text) {
    char *copy = NULL;

    assert_int_equal(hv_text_copy(text, &copy, NULL), 0);
    return copy;
}

static inline struct hv_canonical *make_canonical(const char *bytes) {
    struct hv_canonical *canonical = NULL;
    struct hv_error err = { 0 };

    if (hv_canonical_new(bytes, strlen(bytes), &canonical, &err) < 0)
        fail_msg("%s", err.message);
    return canonical;
}

static inline struct hv_fixture *make_fixture(void) {
    struct hv_fixture_header header = { .schema = 1, .tool = make_copy("test"), .recorded = make_copy("2026-01-01T00:00:00Z") };
    struct hv_fixture *fixture = NULL;

    header.redaction = 1;
    assert_int_equal(hv_fixture_new("dir", &header, &fixture, NULL), 0);
    return fixture;
}

/* The next exchange with HOST; RESPONSE NULL: lost. */
static inline int make_exchange(struct hv_fixture *fixture, const char *host, const char *request, const char *response,
                                struct hv_error *err) {
    struct hv_fixture_exchange exchange = {
        .number = (unsigned)fixture->n_takes + 1,
        .host = make_copy(host),
        .status = response ? 200 : 0,
        .failure = response ? 0 : HV_E_LOST,
        .request = make_copy(request),
        .n_request = strlen(request),
        .response = response ? make_copy(response) : NULL,
        .n_response = response ? strlen(response) : 0,
        .sent_ms = 100 * fixture->n_takes,
        .duration_ms = 10,
    };

    return hv_fixture_add(fixture, &exchange, err);
}

#endif
