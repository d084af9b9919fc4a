/* Answers made over, as a tree: read, changed, written. */
#include "rewrite.h"

#include <stdio.h>
#include <string.h>

#include "base/size.h"
#include "base/text.h"
#include "dom.h"
#include "names.h"

#define EXTRA_NS "urn:hvsim:extra"

#define CHARS(text) ((const xmlChar *)(text))

enum {
    REWRITING = 1U << SIM_QUIRK_ODD_PREFIXES | 1U << SIM_QUIRK_REORDER | 1U << SIM_QUIRK_EXTRA | 1U << SIM_QUIRK_DROP_OPTIONAL
};

bool sim_is_rewriting(const struct sim_manner *manner) {
    return manner->peer != SIM_PEER_WINRM || (manner->quirks & REWRITING);
}

/* Calls VISIT for each element, parents first; VISIT may change and remove children, but not the element itself. */
typedef bool (*visit_fn)(xmlNode *node, void *data);

static bool walk(xmlNode *node, visit_fn visit, void *data) {
    if (!visit(node, data))
        return false;
    for (xmlNode *child = sim_dom_first(node); child; child = sim_dom_next(child))
        if (!walk(child, visit, data))
            return false;
    return true;
}

/* An object: what says xsi:type="..._Type". */
static bool is_instance(const xmlNode *node) {
    HV_CLEANUP_FREE char *type = sim_dom_attr(node, SIM_NS_XSI, "type");

    return type && hv_text_ends(type, "_Type");
}

static bool is_response(const xmlNode *node) {
    return sim_dom_is(node, SIM_NS_ENUM, "EnumerateResponse") || sim_dom_is(node, SIM_NS_ENUM, "PullResponse");
}

static bool is_items(const xmlNode *node) {
    return sim_dom_is(node, SIM_NS_ENUM, "Items") || sim_dom_is(node, SIM_NS_WSMAN, "Items");
}

static bool is_output(const xmlNode *node) {
    return hv_text_ends(sim_dom_name(node), "_OUTPUT");
}

static void drop(xmlNode *node) {
    if (!node)
        return;
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

/* ---- drop-optional ---- */

static bool is_droppable(const xmlNode *parent, const xmlNode *node) {
    const bool is_empty = !node->children;

    if (sim_dom_is(parent, SIM_NS_SOAP, "Header"))
        return sim_dom_is(node, SIM_NS_ADDR, "MessageID") || sim_dom_is(node, SIM_NS_ADDR, "To");
    if (is_response(parent))
        return is_empty && (is_items(node) || sim_dom_is(node, SIM_NS_ENUM, "EnumerationContext"));
    return (is_instance(parent) || is_output(parent)) && sim_dom_nil(node);
}

static bool drop_optional(xmlNode *node, void *data) {
    xmlAttr *type = xmlHasNsProp(node, CHARS("type"), CHARS(SIM_NS_XSI));
    xmlAttr *lang = xmlHasNsProp(node, CHARS("lang"), CHARS(SIM_NS_XML));

    (void)data;
    for (xmlNode *child = sim_dom_first(node), *next; child; child = next) {
        next = sim_dom_next(child);
        if (is_droppable(node, child))
            drop(child);
    }
    if (type && is_instance(node))
        (void)xmlRemoveProp(type);
    if (lang && sim_dom_is(node, SIM_NS_SOAP, "Envelope"))
        (void)xmlRemoveProp(lang);
    return true;
}

/* ---- extra ---- */

static bool add_extra(xmlNode *node, void *data) {
    const bool has_own = is_instance(node) || is_output(node);
    xmlNode *extra;
    xmlNs *ns;

    (void)data;
    if (!has_own && !is_response(node) && !sim_dom_is(node, SIM_NS_SOAP, "Header") && !sim_dom_is(node, SIM_NS_SOAP, "Detail") &&
        !sim_dom_is(node, SIM_NS_ADDR, "ReferenceParameters"))
        return true;
    if (has_own && (!xmlNewTextChild(node, node->ns, CHARS("HvsimUnknown"), CHARS("not of this class")) ||
                    !xmlAddChild(node, xmlNewComment(CHARS(" a comment ")))))
        return false;
    extra = xmlNewChild(node, NULL, CHARS("Extra"), NULL);
    ns = extra ? xmlNewNs(extra, CHARS(EXTRA_NS), CHARS("extra")) : NULL;
    if (!ns)
        return false;
    xmlSetNs(extra, ns);
    return xmlNewNsProp(extra, ns, CHARS("mark"), CHARS("1")) && xmlNewTextChild(extra, ns, CHARS("Inner"), CHARS("unknown"));
}

/* ---- reorder ---- */

static bool same_name(const xmlNode *a, const xmlNode *b) {
    return strcmp(sim_dom_name(a), sim_dom_name(b)) == 0 && strcmp(sim_dom_ns(a), sim_dom_ns(b)) == 0;
}

/* Child elements from the last to the first. Neighbours of one name are the values of an array and stay in order, but for items.
 */
static void reverse(xmlNode *node, bool keep_runs) {
    xmlNode *last = xmlLastElementChild(node);
    xmlNode *end = NULL; /* last one moved */

    for (xmlNode *tail = last; tail;) {
        xmlNode *head = tail;
        xmlNode *before;

        while (keep_runs && xmlPreviousElementSibling(head) && same_name(xmlPreviousElementSibling(head), tail))
            head = xmlPreviousElementSibling(head);
        before = xmlPreviousElementSibling(head);
        for (xmlNode *moved = head, *next; moved; moved = next) {
            next = moved == tail ? NULL : sim_dom_next(moved);
            if (end && end->next != moved)
                (void)xmlAddNextSibling(end, moved);
            end = moved;
        }
        if (!before)
            return;
        tail = before;
    }
}

static bool reorder(xmlNode *node, void *data) {
    (void)data;
    if (is_items(node) || sim_dom_is(node, SIM_NS_WSMAN, "SelectorSet"))
        reverse(node, false);
    else if (is_instance(node) || is_output(node) || is_response(node) || sim_dom_is(node, SIM_NS_SOAP, "Header") ||
             sim_dom_is(node, SIM_NS_WSMAN, "Item") || sim_dom_is(node, SIM_NS_WSMAN, "XmlFragment") ||
             sim_dom_child(node, SIM_NS_ADDR, "ReferenceParameters"))
        reverse(node, true);
    return true;
}

/* ---- prefixes ---- */

/* The namespace that an element declares for another prefix of the same URI: ours begin with "odd". */
static xmlNs *other_prefix(const xmlNode *node, const xmlNs *ns) {
    for (const xmlNode *at = node; at && at->type == XML_ELEMENT_NODE; at = at->parent)
        for (xmlNs *other = at->nsDef; other; other = other->next)
            if (other->prefix && hv_text_starts((const char *)other->prefix, "odd") &&
                strcmp((const char *)other->href, (const char *)ns->href) == 0)
                return other;
    return NULL;
}

static bool declare_others(xmlNode *node, unsigned *n) {
    xmlNs *last = node->nsDef;

    while (last && last->next)
        last = last->next;
    for (xmlNs *ns = node->nsDef; ns; ns = ns == last ? NULL : ns->next) {
        char prefix[24];
        (void)snprintf(prefix, sizeof(prefix), "odd%u", (*n)++);
        if (!xmlNewNs(node, ns->href, CHARS(prefix)))
            return false;
    }
    return true;
}

/* Nothing below would change its meaning under a default namespace. */
static bool may_have_default(const xmlNode *node) {
    for (const xmlNode *child = sim_dom_first(node); child; child = sim_dom_next(child))
        if (!child->ns || !may_have_default(child))
            return false;
    return true;
}

/* A QName that is text: the same name under another prefix in scope. */
static bool set_qname(xmlNode *node, const xmlNs *ns, const char *local) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(1024);

    hv_buf_printf(&text, "%s:%s", (const char *)ns->prefix, local);
    xmlNodeSetContent(node, CHARS(hv_buf_text(&text)));
    return !text.failure;
}

/* The namespace and local name of a fault code; NULL when NODE is none. */
static xmlNs *fault_code(xmlNode *node, char **ret_local) {
    HV_CLEANUP_FREE char *text = sim_dom_is(node, SIM_NS_SOAP, "Value") ? sim_dom_token(node) : NULL;
    char *colon = text ? strchr(text, ':') : NULL;

    if (!colon)
        return NULL;
    *colon = '\0';
    *ret_local = strdup(colon + 1);
    return *ret_local ? xmlSearchNs(node->doc, node, CHARS(text)) : NULL;
}

static bool odd_prefixes(xmlNode *node, void *data) {
    unsigned *n = data;
    HV_CLEANUP_FREE char *local = NULL;
    const xmlNs *code = fault_code(node, &local);
    xmlNs *other;

    if (!declare_others(node, n))
        return false;
    if (!node->ns)
        return true;
    other = other_prefix(node, node->ns);
    (*n)++;
    if (*n % 5 == 4 && may_have_default(node))
        other = xmlNewNs(node, node->ns->href, NULL);
    if (other && *n % 2 == 0)
        node->ns = other;
    other = code ? other_prefix(node, code) : NULL;
    return !other || set_qname(node, other, local);
}

static const struct prefix {
    const char *uri;
    const char *names[3]; /* per enum sim_peer; NULL: as WinRM */
} prefixes[] = {
    { SIM_NS_SOAP, { NULL, "SOAP-ENV", NULL } },     { SIM_NS_ADDR, { NULL, "wsa", "wsa" } },
    { SIM_NS_ENUM, { NULL, "wsen", "wsen" } },       { SIM_NS_WSMAN, { NULL, "wsman", "wsman" } },
    { SIM_NS_XFER, { NULL, "wxf", "wxf" } },         { SIM_NS_EVENT, { NULL, "wse", "wse" } },
    { SIM_NS_MSWSMAN, { NULL, "msftwinrm", NULL } }, { SIM_NS_CIMBIND, { NULL, "wsmb", "wsmb" } },
};

static bool rename_prefixes(xmlNode *node, void *data) {
    const enum sim_peer *peer = data;

    for (xmlNs *ns = node->nsDef; ns; ns = ns->next) {
        for (size_t i = 0; i < HV_ARRAY_SIZE(prefixes); i++) {
            const char *name = prefixes[i].names[*peer];
            if (!name || strcmp((const char *)ns->href, prefixes[i].uri) != 0)
                continue;
            xmlFree((xmlChar *)(uintptr_t)ns->prefix);
            ns->prefix = xmlStrdup(CHARS(name));
            if (!ns->prefix)
                return false;
        }
    }
    return true;
}

/* Fault codes are noted before prefixes change and written afterwards: there are two at most. */
struct codes {
    xmlNode *nodes[2];
    const xmlNs *ns[2];
    char *locals[2];
    size_t n;
};

static bool note_code(xmlNode *node, void *data) {
    struct codes *codes = data;
    char *local = NULL;
    const xmlNs *ns = fault_code(node, &local);

    if (!ns || codes->n == HV_ARRAY_SIZE(codes->nodes)) {
        free(local);
        return true;
    }
    codes->nodes[codes->n] = node;
    codes->ns[codes->n] = ns;
    codes->locals[codes->n++] = local;
    return true;
}

static bool rename_all(xmlNode *root, enum sim_peer peer) {
    struct codes codes = { .n = 0 };
    bool good = walk(root, note_code, &codes) && walk(root, rename_prefixes, &peer);

    for (size_t i = 0; i < codes.n; i++) {
        good = good && set_qname(codes.nodes[i], codes.ns[i], codes.locals[i]);
        free(codes.locals[i]);
    }
    return good;
}

/* ---- all ---- */

static bool change(const struct sim_manner *manner, xmlNode *root) {
    static const struct {
        enum sim_quirk quirk;
        visit_fn visit;
    } changes[] = {
        { SIM_QUIRK_DROP_OPTIONAL, drop_optional },
        { SIM_QUIRK_EXTRA, add_extra },
        { SIM_QUIRK_REORDER, reorder },
        { SIM_QUIRK_ODD_PREFIXES, odd_prefixes },
    };
    unsigned n = 0;

    if (manner->peer != SIM_PEER_WINRM && !rename_all(root, manner->peer))
        return false;
    for (size_t i = 0; i < HV_ARRAY_SIZE(changes); i++)
        if (sim_has_quirk(manner, changes[i].quirk) && !walk(root, changes[i].visit, &n))
            return false;
    return true;
}

bool sim_rewrite(const struct sim_manner *manner, struct hv_buf *body) {
    SIM_CLEANUP_DOC xmlDoc *doc = sim_dom_parse(hv_buf_text(body), body->len);
    xmlBuffer *buffer;
    bool good;

    if (!doc)
        return false;
    buffer = xmlBufferCreate();
    good = buffer && change(manner, xmlDocGetRootElement(doc)) && xmlNodeDump(buffer, doc, xmlDocGetRootElement(doc), 0, 0) >= 0;
    if (good) {
        hv_buf_reset(body);
        hv_buf_append(body, xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer));
        good = !body->failure;
    }
    xmlBufferFree(buffer);
    return good;
}
