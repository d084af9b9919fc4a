/* Certificates of callers, on OpenSSL; mapping them to accounts. */
#include "clientcert.h"

#include <stdio.h>
#include <string.h>

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"

enum { MAX_PEM = 1024 * 1024 };

struct sim_client_ca {
    X509_STORE *store;
    char *pem;
};

/* ---- authorities ---- */

static int read_text(const char *path, char **ret_text, struct hv_error *err) {
    HV_CLEANUP_BUF struct hv_buf text = HV_BUF_INIT(MAX_PEM);
    FILE *file = fopen(path, "re");
    char bytes[4096];
    size_t n;

    if (!file)
        return hv_error_set(err, HV_E_ARGUMENT, "cannot read %s", path);
    while ((n = fread(bytes, 1, sizeof(bytes), file)) > 0)
        hv_buf_append(&text, bytes, n);
    (void)fclose(file);
    return hv_buf_take(&text, path, ret_text, err);
}

static bool add_all(X509_STORE *store, const char *pem) {
    BIO *bio = BIO_new_mem_buf(pem, -1);
    X509 *cert;
    size_t n = 0;
    bool good = bio;

    while (good && (cert = PEM_read_bio_X509(bio, NULL, NULL, NULL))) {
        good = X509_STORE_add_cert(store, cert);
        X509_free(cert);
        n++;
    }
    BIO_free(bio);
    return good && n > 0;
}

int sim_client_ca_new(const char *path, struct sim_client_ca **ret_ca, struct hv_error *err) {
    HV_CLEANUP(sim_client_ca_free) struct sim_client_ca *ca = calloc(1, sizeof(*ca));
    int rc;

    if (!ca)
        return hv_error_memory(err);
    rc = read_text(path, &ca->pem, err);
    if (rc < 0)
        return rc;
    ca->store = X509_STORE_new();
    if (!ca->store)
        return hv_error_memory(err);
    if (!add_all(ca->store, ca->pem))
        return hv_error_set(err, HV_E_ARGUMENT, "%s holds no certificates", path);
    *ret_ca = ca;
    ca = NULL;
    return 0;
}

struct sim_client_ca *sim_client_ca_free(struct sim_client_ca *ca) {
    if (!ca)
        return NULL;
    X509_STORE_free(ca->store);
    free(ca->pem);
    free(ca);
    return NULL;
}

char *sim_client_ca_pem(const struct sim_client_ca *ca) {
    return ca->pem;
}

/* ---- certificates ---- */

/* The UserPrincipalName that Windows puts among the alternative names. */
static void read_name(const X509 *cert, struct sim_client *client) {
    GENERAL_NAMES *names = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);

    for (int i = 0; names && i < sk_GENERAL_NAME_num(names); i++) {
        const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
        const ASN1_UTF8STRING *text;

        if (name->type != GEN_OTHERNAME || OBJ_obj2nid(name->d.otherName->type_id) != NID_ms_upn ||
            name->d.otherName->value->type != V_ASN1_UTF8STRING)
            continue;
        text = name->d.otherName->value->value.utf8string;
        if ((size_t)text->length < sizeof(client->name) && !memchr(text->data, '\0', (size_t)text->length)) {
            memcpy(client->name, text->data, (size_t)text->length);
            client->name[text->length] = '\0';
            break;
        }
    }
    GENERAL_NAMES_free(names);
}

static void read_issuers(X509_STORE_CTX *context, struct sim_client *client) {
    const STACK_OF(X509) *chain = X509_STORE_CTX_get0_chain(context);

    for (int i = 1; i < sk_X509_num(chain) && client->n_issuers < SIM_MAX_ISSUERS; i++) {
        unsigned char digest[EVP_MAX_MD_SIZE];
        char *text = client->issuers[client->n_issuers];
        unsigned n = 0;

        if (!X509_digest(sk_X509_value(chain, i), EVP_sha1(), digest, &n))
            continue;
        for (unsigned j = 0; j < n && 2 * j + 2 < SIM_THUMBPRINT_SIZE; j++)
            (void)snprintf(text + (size_t)2 * j, 3, "%02X", digest[j]);
        client->n_issuers++;
    }
}

static const char *check_chain(const struct sim_client_ca *ca, X509 *cert, struct sim_client *client) {
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    const char *wrong = "out of memory";

    if (context && X509_STORE_CTX_init(context, ca->store, cert, NULL) &&
        X509_STORE_CTX_set_purpose(context, X509_PURPOSE_SSL_CLIENT)) {
        wrong = X509_verify_cert(context) == 1 ? NULL : X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
        if (!wrong)
            read_issuers(context, client);
    }
    X509_STORE_CTX_free(context);
    return wrong;
}

const char *sim_client_check(const struct sim_client_ca *ca, const void *der, size_t n_der, struct sim_client *ret_client) {
    const unsigned char *at = der;
    struct sim_client client = { 0 };
    const char *wrong;
    X509 *cert;

    if (!ca || !der)
        return "the caller has no certificate";
    cert = d2i_X509(NULL, &at, (long)n_der);
    if (!cert)
        return "the certificate is malformed";
    wrong = check_chain(ca, cert, &client);
    /* Without the extension a certificate is good for anything, but not for Windows. */
    if (!wrong && !(X509_get_extension_flags(cert) & EXFLAG_XKUSAGE))
        wrong = "the certificate is not said to be for clients";
    read_name(cert, &client);
    X509_free(cert);
    if (!wrong)
        *ret_client = client;
    return wrong;
}

/* ---- mapping ---- */

static void deinit_map(struct sim_certmap *map) {
    free(map->issuer);
    free(map->subject);
    free(map->uri);
    free(map->user);
}

void sim_certmaps_deinit(struct sim_certmaps *maps) {
    for (size_t i = 0; i < maps->n_items; i++)
        deinit_map(&maps->items[i]);
    free(maps->items);
    *maps = (struct sim_certmaps){ 0 };
}

static int read_word(const char *word, struct sim_certmap *map, struct hv_error *err) {
    const struct {
        const char *name;
        char **target;
    } targets[] = { { "user=", &map->user }, { "subject=", &map->subject }, { "issuer=", &map->issuer }, { "uri=", &map->uri } };

    for (size_t i = 0; i < HV_ARRAY_SIZE(targets); i++) {
        if (!hv_text_starts(word, targets[i].name) || !word[strlen(targets[i].name)])
            continue;
        free(*targets[i].target);
        *targets[i].target = NULL;
        return hv_text_copy(word + strlen(targets[i].name), targets[i].target, err);
    }
    return hv_error_set(err, HV_E_ARGUMENT, "certmapping: %s is not understood", word);
}

static int read_map(const char *spec, struct sim_certmap *map, struct hv_error *err) {
    HV_CLEANUP_FREE char *copy = NULL;
    char *rest;
    int rc = hv_text_copy(spec, &copy, err);

    rest = copy;
    while (rc == 0 && rest)
        rc = read_word(strsep(&rest, ","), map, err);
    if (rc == 0 && !map->user)
        rc = hv_error_set(err, HV_E_ARGUMENT, "certmapping: %s names no user", spec);
    if (rc == 0 && !map->subject)
        rc = hv_text_copy("*", &map->subject, err);
    if (rc == 0 && !map->uri)
        rc = hv_text_copy("*", &map->uri, err);
    return rc;
}

int sim_certmaps_add(struct sim_certmaps *maps, const char *spec, struct hv_error *err) {
    struct sim_certmap map = { 0 };
    int rc = read_map(spec, &map, err);
    struct sim_certmap *items = rc == 0 ? hv_grow(maps->items, maps->n_items, sizeof(*items)) : NULL;

    if (items) {
        maps->items = items;
        items[maps->n_items++] = map;
        return 0;
    }
    deinit_map(&map);
    return rc < 0 ? rc : hv_error_memory(err);
}

static bool fits_issuer(const struct sim_certmap *map, const struct sim_client *client) {
    if (!map->issuer)
        return true;
    for (size_t i = 0; i < client->n_issuers; i++)
        if (hv_text_same(map->issuer, client->issuers[i]))
            return true;
    return false;
}

static bool fits_subject(const char *pattern, const char *name) {
    const size_t n = strlen(pattern) - 1;

    if (*pattern != '*')
        return hv_text_same(pattern, name);
    return strlen(name) >= n && hv_text_same(pattern + 1, name + strlen(name) - n);
}

static bool fits_uri(const char *pattern, const char *uri) {
    const size_t n = strcspn(pattern, "*");

    return pattern[n] ? strncasecmp(pattern, uri, n) == 0 : hv_text_same(pattern, uri);
}

/* Above 0: A is the closer one. */
static int compare(const struct sim_certmap *a, const struct sim_certmap *b) {
    const size_t n[] = { strlen(a->subject), strlen(b->subject), strlen(a->uri), strlen(b->uri) };

    if (n[0] != n[1])
        return n[0] > n[1] ? 1 : -1;
    return n[2] == n[3] ? 0 : n[2] > n[3] ? 1 : -1;
}

const struct sim_certmap *sim_certmaps_find(const struct sim_certmaps *maps, const struct sim_client *client, const char *uri) {
    const struct sim_certmap *best = NULL;
    bool is_alone = false;

    for (size_t i = 0; i < maps->n_items; i++) {
        const struct sim_certmap *map = &maps->items[i];
        int order;

        if (!*client->name || !fits_issuer(map, client) || !fits_subject(map->subject, client->name) ||
            (uri && !fits_uri(map->uri, uri)))
            continue;
        order = best ? compare(map, best) : 1;
        is_alone = order > 0 || (order < 0 && is_alone);
        if (order > 0)
            best = map;
    }
    return is_alone ? best : NULL;
}
