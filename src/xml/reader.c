/*
 * From bytes to tree: libxml2's push parser drives callbacks that build our own nodes, so that no libxml2 object outlives the
 * call.
 *
 * What an answer must not contain (XML 1.0 and Namespaces 1.0 are the rest): a document type declaration, and with it every
 * entity but the five predefined ones. Ceilings are checked while the document is read; markup() checks the one thing that
 * libxml2 does only after work that grows with its square.
 */
#include "xml/reader.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <string.h>

#include "base/text.h"
#include "xml/encoding.h"
#include "xml/tree.h"

enum {
    FIRST_NAMES = 512,   /* a power of two */
    HARMLESS_RUN = 1024, /* bytes that cannot hold HV_XML_MAX_ATTRIBUTES: each takes at least five, as in: a="" */
};

/* libxml2 hands every name out as the same pointer again and again: each is copied into the arena once. */
struct name {
    const xmlChar *theirs;
    const char *ours;
};

/* Piece of character data; several when child elements stand between. */
struct run {
    struct run *next;
    size_t n_bytes;
    char bytes[]; /* and a NUL */
};

/* An element that has begun and not ended. */
struct frame {
    struct hv_xml_node *node;
    struct hv_xml_node *last_child;
    struct run *first_run;
    struct run *last_run;
    size_t n_bindings;
};

struct parser {
    xmlParserCtxtPtr context;
    const char *text; /* not yet read */
    size_t n_text;
    struct hv_xml_doc *doc;
    struct hv_error *err;
    int failure; /* the first one; nothing is built after it */
    struct name *names;
    size_t n_names;
    size_t names_size;
    struct frame frames[HV_XML_MAX_DEPTH];
    size_t depth;
    size_t n_nodes;
    size_t n_bindings; /* in scope */
};

void hv_xml_process_init(void) {
    xmlInitParser();
}

static void stop_memory(struct parser *parser) {
    if (!parser->failure)
        parser->failure = hv_error_memory(parser->err);
}

static void stop_limit(struct parser *parser, const char *what, size_t limit) {
    parser->failure = hv_error_set(parser->err, HV_E_LIMIT, "XML document of more than %zu %s (line %d)", limit, what,
                                   xmlSAX2GetLineNumber(parser->context));
}

static size_t name_slot(const struct name *names, size_t size, const xmlChar *theirs) {
    size_t slot = (size_t)((uintptr_t)theirs * UINT64_C(0x9E3779B97F4A7C15) >> 32) & (size - 1);

    while (names[slot].theirs && names[slot].theirs != theirs)
        slot = (slot + 1) & (size - 1);
    return slot;
}

static int grow_names(struct parser *parser) {
    size_t size = parser->names_size ? parser->names_size * 2 : FIRST_NAMES;
    struct name *names = calloc(size, sizeof(*names));

    if (!names)
        return -1;
    for (size_t i = 0; i < parser->names_size; i++) {
        if (parser->names[i].theirs)
            names[name_slot(names, size, parser->names[i].theirs)] = parser->names[i];
    }
    free(parser->names);
    parser->names = names;
    parser->names_size = size;
    return 0;
}

/* Our copy of a name or URI; NULL after stopping. */
static const char *intern(struct parser *parser, const xmlChar *theirs) {
    struct name *name;

    if (!theirs)
        return "";
    if (parser->n_names * 2 >= parser->names_size && grow_names(parser) < 0) {
        stop_memory(parser);
        return NULL;
    }
    name = &parser->names[name_slot(parser->names, parser->names_size, theirs)];
    if (name->theirs)
        return name->ours;
    if (parser->n_names == HV_XML_MAX_NAMES) {
        stop_limit(parser, "different names", HV_XML_MAX_NAMES);
        return NULL;
    }
    name->ours = hv_arena_copy(&parser->doc->arena, (const char *)theirs, strlen((const char *)theirs));
    if (!name->ours) {
        stop_memory(parser);
        return NULL;
    }
    name->theirs = theirs;
    parser->n_names++;
    return name->ours;
}

static int copy_bindings(struct parser *parser, struct hv_xml_binding *bindings, size_t n, const xmlChar **theirs) {
    for (size_t i = 0; i < n; i++, theirs += 2) {
        bindings[i].prefix = intern(parser, theirs[0]);
        bindings[i].uri = intern(parser, theirs[1]);
        if (parser->failure)
            return -1;
    }
    return 0;
}

/* Each attribute is five pointers: local name, prefix, URI, and value from and to (libxml2, SAX2). */
static int copy_attributes(struct parser *parser, struct hv_xml_attribute *attributes, size_t n, const xmlChar **theirs) {
    for (size_t i = 0; i < n; i++, theirs += 5) {
        attributes[i].name = intern(parser, theirs[0]);
        attributes[i].namespace_uri = intern(parser, theirs[2]);
        attributes[i].value = hv_arena_copy(&parser->doc->arena, (const char *)theirs[3], (size_t)(theirs[4] - theirs[3]));
        if (!attributes[i].value)
            stop_memory(parser);
        if (parser->failure)
            return -1;
    }
    return 0;
}

static const struct hv_xml_extras *new_extras(struct parser *parser, size_t n_bindings, const xmlChar **bindings,
                                              size_t n_attributes, const xmlChar **attributes) {
    struct hv_arena *arena = &parser->doc->arena;
    struct hv_xml_extras *extras = hv_arena_alloc(arena, sizeof(*extras));

    if (!extras) {
        stop_memory(parser);
        return NULL;
    }
    *extras = (struct hv_xml_extras){
        .n_attributes = n_attributes,
        .n_bindings = n_bindings,
        .attributes = hv_arena_alloc(arena, n_attributes * sizeof(*extras->attributes)),
        .bindings = hv_arena_alloc(arena, n_bindings * sizeof(*extras->bindings)),
    };
    if (!extras->attributes || !extras->bindings)
        stop_memory(parser);
    if (parser->failure || copy_bindings(parser, extras->bindings, n_bindings, bindings) < 0 ||
        copy_attributes(parser, extras->attributes, n_attributes, attributes) < 0)
        return NULL;
    return extras;
}

/* Hangs NODE into the tree and opens it. */
static void push(struct parser *parser, struct hv_xml_node *node, size_t n_bindings) {
    struct frame *above = parser->depth ? &parser->frames[parser->depth - 1] : NULL;

    if (!above) {
        parser->doc->root = node;
    } else {
        node->parent = above->node;
        if (above->last_child)
            above->last_child->next = node;
        else
            above->node->first = node;
        above->last_child = node;
    }
    parser->frames[parser->depth++] = (struct frame){ .node = node, .n_bindings = n_bindings };
    parser->n_bindings += n_bindings;
}

static void on_start(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri, int n_namespaces,
                     const xmlChar **namespaces, int n_attributes, int n_defaulted, const xmlChar **attributes) {
    struct parser *parser = user;
    struct hv_xml_node *node;
    size_t n_bindings = (size_t)n_namespaces;

    (void)prefix;
    (void)n_defaulted;
    if (parser->failure)
        return;
    parser->n_nodes += 1 + n_bindings + (size_t)n_attributes;
    if (parser->n_nodes > HV_XML_MAX_NODES)
        return stop_limit(parser, "elements and attributes", HV_XML_MAX_NODES);
    if (parser->depth == HV_XML_MAX_DEPTH)
        return stop_limit(parser, "levels", HV_XML_MAX_DEPTH);
    if (parser->n_bindings + n_bindings > HV_XML_MAX_BINDINGS)
        return stop_limit(parser, "namespace declarations at one place", HV_XML_MAX_BINDINGS);

    node = hv_arena_alloc(&parser->doc->arena, sizeof(*node));
    if (!node)
        return stop_memory(parser);
    *node = (struct hv_xml_node){ .name = intern(parser, name), .namespace_uri = intern(parser, uri), .text = "" };
    if (n_namespaces + n_attributes > 0)
        node->extras = new_extras(parser, n_bindings, namespaces, (size_t)n_attributes, attributes);
    if (!parser->failure)
        push(parser, node, n_bindings);
}

/* One text of all runs. The usual single run already is one. */
static const char *join(struct parser *parser, const struct frame *frame, size_t *ret_n) {
    size_t n = 0;
    char *text;

    if (!frame->first_run->next) {
        *ret_n = frame->first_run->n_bytes;
        return frame->first_run->bytes;
    }
    for (const struct run *run = frame->first_run; run; run = run->next)
        n += run->n_bytes;
    text = hv_arena_alloc(&parser->doc->arena, n + 1);
    if (!text)
        return NULL;
    *ret_n = n;
    n = 0;
    for (const struct run *run = frame->first_run; run; run = run->next) {
        memcpy(text + n, run->bytes, run->n_bytes);
        n += run->n_bytes;
    }
    text[n] = '\0';
    return text;
}

/* Text with white space around gets a second copy without, behind it. */
static const char *pad(struct parser *parser, const char *text, size_t n) {
    size_t from = 0;
    size_t to = n;
    char *both;

    while (from < to && hv_xml_is_space(text[from]))
        from++;
    while (to > from && hv_xml_is_space(text[to - 1]))
        to--;
    both = hv_arena_alloc(&parser->doc->arena, n + 1 + (to - from) + 1);
    if (!both)
        return NULL;
    memcpy(both, text, n + 1);
    memcpy(both + n + 1, text + from, to - from);
    both[n + 1 + (to - from)] = '\0';
    return both;
}

static void on_end(void *user, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
    struct parser *parser = user;
    struct frame *frame;
    size_t n;

    (void)name;
    (void)prefix;
    (void)uri;
    if (parser->failure || parser->depth == 0)
        return;
    frame = &parser->frames[--parser->depth];
    parser->n_bindings -= frame->n_bindings;
    if (frame->first_run) {
        const char *text = join(parser, frame, &n);

        if (text && (hv_xml_is_space(text[0]) || hv_xml_is_space(text[n - 1]))) {
            text = pad(parser, text, n);
            frame->node->is_padded = true;
        }
        if (!text)
            return stop_memory(parser);
        frame->node->text = text;
        frame->node->n_text = (uint32_t)n;
    }
}

static void on_text(void *user, const xmlChar *bytes, int n_bytes) {
    struct parser *parser = user;
    struct hv_arena *arena = &parser->doc->arena;
    struct frame *frame;
    struct run *run;
    size_t n = (size_t)n_bytes;

    if (parser->failure || parser->depth == 0 || n_bytes <= 0)
        return;
    frame = &parser->frames[parser->depth - 1];
    run = frame->last_run;
    if (run && run->bytes + run->n_bytes + 1 == arena->at && (size_t)(arena->end - arena->at) >= n) {
        arena->at += n;
    } else {
        run = hv_arena_alloc(arena, sizeof(*run) + n + 1);
        if (!run)
            return stop_memory(parser);
        *run = (struct run){ NULL, 0 };
        if (frame->last_run)
            frame->last_run->next = run;
        else
            frame->first_run = run;
        frame->last_run = run;
    }
    memcpy(run->bytes + run->n_bytes, bytes, n);
    run->n_bytes += n;
    run->bytes[run->n_bytes] = '\0';
}

/* Their targets are names too, and nothing else of them counts. */
static void on_instruction(void *user, const xmlChar *target, const xmlChar *data) {
    struct parser *parser = user;

    (void)data;
    if (!parser->failure)
        (void)intern(parser, target);
}

static void on_doctype(void *user, const xmlChar *name, const xmlChar *external_id, const xmlChar *system_id) {
    struct parser *parser = user;

    (void)name;
    (void)external_id;
    (void)system_id;
    if (!parser->failure)
        parser->failure =
            hv_error_set(parser->err, HV_E_PROTOCOL, "not XML as SOAP allows it: line %d: document type declaration (DTD)",
                         xmlSAX2GetLineNumber(parser->context));
    xmlStopParser(parser->context); /* before it looks at the declarations that it has read already */
}

/* Some of its texts end in the line's number, which we tell ourselves. */
static void drop_line(char *reason) {
    size_t n = strlen(reason);

    while (n > 0 && reason[n - 1] >= '0' && reason[n - 1] <= '9')
        n--;
    if (reason[n] && n > 6 && strncmp(reason + n - 6, " line ", 6) == 0)
        reason[n - 6] = '\0';
}

/* The reason of libxml2 on one line, without the line end it puts there. */
static void on_error(void *user, xmlErrorPtr error) {
    struct parser *parser = user;
    char reason[HV_ERROR_NAME_SIZE];
    size_t n = 0;

    /* A namespace name that is no valid URI is a name nevertheless. */
    if (parser->failure || error->level < XML_ERR_ERROR || error->code == XML_WAR_NS_URI ||
        error->code == XML_WAR_NS_URI_RELATIVE)
        return;
    if (error->code == XML_ERR_NO_MEMORY) {
        parser->failure = hv_error_memory(parser->err);
        return;
    }
    for (const char *at = error->message ? error->message : ""; *at && n < sizeof(reason) - 1; at++)
        reason[n++] = (unsigned char)*at < 0x20 || *at == 0x7F ? ' ' : *at;
    while (n > 0 && reason[n - 1] == ' ')
        n--;
    reason[n] = '\0';
    drop_line(reason);
    hv_text_trim_partial(reason);
    parser->failure = hv_error_set(parser->err, HV_E_PROTOCOL, "not XML: line %d: %s", error->line, reason);
}

/* Does the start tag at AT hold more attributes than allowed? Each has one "=" outside quotes. */
static bool is_overloaded(const char *at, const char *to) {
    size_t n = 0;

    for (; at < to && *at != '>'; at++) {
        if (*at == '"' || *at == '\'') {
            at = memchr(at + 1, *at, (size_t)(to - at) - 1);
            if (!at)
                return false;
        } else if (*at == '=' && ++n > HV_XML_MAX_ATTRIBUTES) {
            return true;
        }
    }
    return false;
}

/*
 * libxml2 compares each attribute of an element with each before it calls us, so their number must be known before. A start tag
 * holds no second "<", so only a long way from one "<" to the next can hide many attributes. (Such a thing in a comment or CDATA
 * section is refused too.)
 */
static int check_attributes(const char *text, size_t n_bytes, struct hv_error *err) {
    const char *to = text + n_bytes;
    const char *at = memchr(text, '<', n_bytes);

    while (at && to - at > HARMLESS_RUN) {
        const char *next = memrchr(at + 1, '<', HARMLESS_RUN);

        if (!next) {
            next = memchr(at + 1, '<', (size_t)(to - at) - 1);
            if (is_overloaded(at, next ? next : to))
                return hv_error_set(err, HV_E_LIMIT, "XML element of more than %d attributes", HV_XML_MAX_ATTRIBUTES);
        }
        at = next;
    }
    return 0;
}

static int on_read(void *user, char *buffer, int size) {
    struct parser *parser = user;
    size_t n = parser->n_text < (size_t)size ? parser->n_text : (size_t)size;

    if (parser->failure)
        return 0;
    memcpy(buffer, parser->text, n);
    parser->text += n;
    parser->n_text -= n;
    return (int)n;
}

static int parse(struct parser *parser) {
    static const xmlSAXHandler handlers = {
        .initialized = XML_SAX2_MAGIC,
        .startElementNs = on_start,
        .endElementNs = on_end,
        .characters = on_text,
        .ignorableWhitespace = on_text,
        .cdataBlock = on_text,
        .processingInstruction = on_instruction,
        .internalSubset = on_doctype,
        .serror = on_error,
    };
    /*
     * NOENT because attributes come with "&" as "&#38;" otherwise: there are no entities but the predefined ones, since
     * on_doctype refuses the rest. IGNORE_ENC because the encoding is settled already, whatever the declaration says.
     */
    const int options = XML_PARSE_NONET | XML_PARSE_NOENT | XML_PARSE_IGNORE_ENC;
    const char *start = parser->text;

    parser->context = xmlNewParserCtxt();
    if (!parser->context)
        return hv_error_memory(parser->err);
    *parser->context->sax = handlers;
    parser->context->userData = parser;
    xmlFreeDoc(xmlCtxtReadIO(parser->context, on_read, NULL, parser, NULL, NULL, options));
    if (!parser->failure && parser->text == start)
        parser->failure = hv_error_memory(parser->err); /* libxml2 did not even begin */
    if (!parser->failure && (!parser->context->wellFormed || !parser->doc->root || parser->depth > 0))
        parser->failure = hv_error_set(parser->err, HV_E_PROTOCOL, "not XML: it is incomplete");
    xmlFreeParserCtxt(parser->context);
    free(parser->names);
    return parser->failure;
}

int hv_xml_parse(const char *bytes, size_t n_bytes, const char *encoding, struct hv_xml_doc **ret_doc, struct hv_error *err) {
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = NULL;
    HV_CLEANUP_FREE char *copy = NULL;
    const char *text;
    size_t n;
    int r;

    if (n_bytes > HV_XML_MAX_BYTES)
        return hv_error_set(err, HV_E_LIMIT, "XML document of more than %d bytes", HV_XML_MAX_BYTES);
    if (n_bytes == 0)
        return hv_error_set(err, HV_E_PROTOCOL, "not XML: it is empty");
    r = hv_xml_to_utf8(bytes, n_bytes, encoding, &text, &n, &copy, err);
    if (r < 0)
        return r;
    r = check_attributes(text, n, err);
    if (r < 0)
        return r;
    doc = calloc(1, sizeof(*doc));
    if (!doc)
        return hv_error_memory(err);
    hv_arena_init(&doc->arena, n);
    r = parse(&(struct parser){ .text = text, .n_text = n, .doc = doc, .err = err });
    if (r < 0)
        return r;
    *ret_doc = doc;
    doc = NULL;
    return 0;
}
