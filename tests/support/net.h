/*
 * A network that is none: a transport whose answers the test decides, and a clock that jumps to the next thing that is due.
 * Everything that was sent is kept. Nothing waits, so a test of an hour takes no time.
 */
#ifndef SUPPORT_NET_H
#define SUPPORT_NET_H

#include "driver/platform.h"

enum {
    NET_MAX_FLYING = 64,
    NET_MAX_SENT = 512,
};

/* What becomes of one request. */
struct net_reply {
    int status;       /* of an answer; 0: fails with code */
    const char *body; /* lives as long as the net */
    const char *location;
    int code; /* enum hv_error_code of the failure */
    bool left;
    bool transient;
    bool unseen;       /* nobody judged the credentials */
    bool held;         /* no answer ever */
    uint64_t delay_ms; /* after the request */
};

struct net_sent {
    const struct hv_endpoint *endpoint;
    char *bytes;
    bool at_most_once;
    bool anonymous;
    uint64_t timeout_ms;
    uint64_t at_ms;
};

struct net_flight {
    void *user;
    const struct hv_endpoint *endpoint;
    struct net_reply reply;
    uint64_t due_ms;
};

struct net;
/* SENT is request number INDEX, the first being 0. */
typedef struct net_reply net_serve_fn(struct net *net, const struct net_sent *sent, size_t index);

struct net {
    struct hv_transport transport;
    struct hv_platform platform;
    net_serve_fn *serve;
    void *context; /* serve's */
    uint64_t now_ms;
    uint64_t last_max_ms;
    struct net_flight flying[NET_MAX_FLYING];
    size_t n_flying;
    size_t most_flying; /* to one endpoint at a time */
    struct net_sent sent[NET_MAX_SENT];
    size_t n_sent;
    size_t n_cancelled;
    size_t n_freed;   /* 1 once the client let go of the transport */
    uint16_t chance;  /* what random gives */
    uint8_t n_random; /* makes message ids differ */
};

void net_init(struct net *net, net_serve_fn *serve, void *context);
/* Frees what was kept. */
void net_deinit(struct net *net);
/* How many of the requests sent hold TEXT. */
size_t net_count(const struct net *net, const char *text);

#define NET_ENVELOPE(body)                                                                                                       \
    "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" "                                                           \
    "xmlns:a=\"http://schemas.xmlsoap.org/ws/2004/08/addressing\" "                                                              \
    "xmlns:n=\"http://schemas.xmlsoap.org/ws/2004/09/enumeration\" "                                                             \
    "xmlns:w=\"http://schemas.dmtf.org/wbem/wsman/1/wsman.xsd\"><s:Header/><s:Body>" body "</s:Body></s:Envelope>"
#define NET_FAULT(code, subcode, number)                                                                                         \
    NET_ENVELOPE("<s:Fault><s:Code><s:Value>s:" code "</s:Value><s:Subcode><s:Value>w:" subcode                                  \
                 "</s:Value></s:Subcode></s:Code><s:Reason><s:Text>no</s:Text></s:Reason><s:Detail><f:WSManFault "               \
                 "xmlns:f=\"http://schemas.microsoft.com/wbem/wsman/1/wsmanfault\" Code=\"" number                               \
                 "\"><f:Message>no</f:Message></f:WSManFault></s:Detail></s:Fault>")
#define NET_IDENTITY                                                                                                             \
    NET_ENVELOPE("<i:IdentifyResponse xmlns:i=\"http://schemas.dmtf.org/wbem/wsman/identity/1/wsmanidentity.xsd\">"              \
                 "<i:ProtocolVersion>p</i:ProtocolVersion></i:IdentifyResponse>")
#define NET_CLASS_NS                    "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/"
#define NET_INSTANCE(class, properties) "<p:" class " xmlns:p=\"" NET_CLASS_NS class "\">" properties "</p:" class ">"
/* First page, with more to come under CONTEXT. */
#define NET_PAGE(context, items)                                                                                                 \
    NET_ENVELOPE("<n:EnumerateResponse><n:EnumerationContext>" context "</n:EnumerationContext><w:Items>" items                  \
                 "</w:Items></n:EnumerateResponse>")
#define NET_PULLED(items) NET_ENVELOPE("<n:PullResponse><n:Items>" items "</n:Items><n:EndOfSequence/></n:PullResponse>")
/* The only page. */
#define NET_ITEMS(items)                                                                                                         \
    NET_ENVELOPE("<n:EnumerateResponse><n:EnumerationContext/><w:Items>" items                                                   \
                 "</w:Items><w:EndOfSequence/></n:EnumerateResponse>")
#define NET_RETURNED(value) NET_ENVELOPE(NET_INSTANCE("M_OUTPUT", "<p:ReturnValue>" value "</p:ReturnValue>"))

#endif
