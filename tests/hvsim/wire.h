/* One simulated WinRM as a function, under test: the host hv01 of the default inventory, and envelopes to send it. */
#ifndef TEST_WIRE_H
#define TEST_WIRE_H

#include "names.h"
#include "winrm.h"

#define WMI     SIM_URI_WMI "root/virtualization/v2/"
#define SERVICE WMI "Msvm_VirtualSystemMigrationService"
#define VM      WMI "Msvm_ComputerSystem"
#define GET     SIM_NS_XFER "/Get"
#define NOW     INT64_C(1700000000000000)
#define SIGNED  "Basic YWRtaW46c2VjcmV0" /* admin:secret */
#define SOAP    "application/soap+xml;charset=UTF-8"

struct world {
    struct sim_fabric *fabric;
    struct sim_users users;
    struct sim_arms arms;
    struct sim_ids ids;
    struct sim_service service;
    struct sim_http_reply reply;
    bool has_reply;
    int64_t now_us;
};

int setup(void **state);
int teardown(void **state);
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

/* A signed POST over TLS. */
struct sim_http_request good_request(const char *body);
/* The body of the answer, valid until the next one; the rest is in world->reply. */
const char *handle(struct world *world, struct sim_http_request request);
const char *post(struct world *world, const char *body);

#define OPEN                                                                                                                     \
    "<s:Envelope xmlns:s='" SIM_NS_SOAP "' xmlns:a='" SIM_NS_ADDR "' xmlns:w='" SIM_NS_WSMAN "' xmlns:n='" SIM_NS_ENUM           \
    "' xmlns:m='" SIM_NS_MSWSMAN "' xmlns:b='" SIM_NS_CIMBIND "'>"
#define TO          "<a:To>https://hv01/wsman</a:To>"
#define REPLY_TO    "<a:ReplyTo><a:Address>" SIM_ANONYMOUS "</a:Address></a:ReplyTo>"
#define ID          "<a:MessageID>uuid:1</a:MessageID>"
#define URI(uri)    "<w:ResourceURI>" uri "</w:ResourceURI>"
#define ACTION(a)   "<a:Action>" a "</a:Action>"
#define KEY(k, v)   "<w:SelectorSet><w:Selector Name='" k "'>" v "</w:Selector></w:SelectorSet>"
#define SERVICE_KEY KEY("CreationClassName", "Msvm_VirtualSystemMigrationService")
/* Headers of a Get that succeeds, but for what EXTRA adds. */
#define HEADERS                 TO REPLY_TO ID URI(SERVICE) ACTION(GET) SERVICE_KEY
#define ENVELOPE(headers, body) OPEN "<s:Header>" headers "</s:Header><s:Body>" body "</s:Body></s:Envelope>"
#define GET_WITH(extra)         ENVELOPE(HEADERS extra, "")

#define GET_OF(uri, keys) ENVELOPE(TO REPLY_TO ID URI(uri) ACTION(GET) keys, "")
#define TWO(a, b)         "<w:SelectorSet>" a b "</w:SelectorSet>"
#define ONE(k, v)         "<w:Selector Name='" k "'>" v "</w:Selector>"
#define DMTF              SIM_URI_CLASS2 "Msvm_ComputerSystem"
#define HOST_KEYS         ONE("CreationClassName", "Msvm_ComputerSystem") ONE("Name", "hv01")

#define INVOKE(method, keys, body) ENVELOPE(TO REPLY_TO ID URI(SERVICE) ACTION(SERVICE "/" method) keys, body)
#define INPUT(method, content)     "<p:" method "_INPUT xmlns:p='" SERVICE "'>" content "</p:" method "_INPUT>"

struct row {
    const char *name;
    const char *body;
    int status;
    const char *has[3]; /* texts in the answer */
};

/* Sends each and compares; fails naming the row. */
void run_rows(struct world *world, const struct row *rows, size_t n_rows);

/* Text between two marks; "" when they are not there. */
void between(const char *text, const char *from, const char *to, char *out, size_t size);
size_t count(const char *text, const char *what);

#endif
