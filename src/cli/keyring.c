/* Passwords in the keyring of the desktop session. */
#include "cli/keyring.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/error.h"

bool hv_keyring_is_near(void) {
    const char *bus = getenv("DBUS_SESSION_BUS_ADDRESS");
    const char *folder = getenv("XDG_RUNTIME_DIR");
    char path[256];
    struct stat status;
    int n;

    if (!hv_keyring_is_built())
        return false;
    if (bus && *bus)
        return true;
    n = folder && *folder ? snprintf(path, sizeof(path), "%s/bus", folder) : -1;
    return n > 0 && (size_t)n < sizeof(path) && stat(path, &status) == 0;
}

static void advise(struct hv_error *err) {
    hv_error_remedy(err, "use --password-file FILE, or --netrc-file FILE");
}

#ifdef HVCTL_KEYRING

#define SECRET_API_SUBJECT_TO_CHANGE 1
#include <dlfcn.h>
#include <libsecret/secret.h>

#include "base/text.h"

/* What is used of libsecret and of GLib below it. */
#define FUNCTIONS(use)                                                                                                           \
    use(secret_password_searchv_sync) use(secret_password_storev_binary_sync) use(secret_password_clearv_sync)                   \
        use(secret_retrievable_get_attributes) use(secret_retrievable_retrieve_secret_sync) use(secret_value_get)                \
            use(secret_value_new_full) use(secret_value_unref) use(g_hash_table_new) use(g_hash_table_insert)                    \
                use(g_hash_table_lookup) use(g_hash_table_unref) use(g_str_hash) use(g_str_equal) use(g_object_unref)            \
                    use(g_list_free_full) use(g_error_free)

struct library {
    void *handle;
#define DECLARE(name) __typeof__(name) *name;
    FUNCTIONS(DECLARE)
#undef DECLARE
};

static const SecretSchema schema = {
    .name = "org.hvctl.Password",
    .flags = SECRET_SCHEMA_NONE,
    .attributes = { { "host", SECRET_SCHEMA_ATTRIBUTE_STRING }, { "user", SECRET_SCHEMA_ATTRIBUTE_STRING } },
};

bool hv_keyring_is_built(void) {
    return true;
}

/* POSIX lets an object pointer from dlsym stand for a function; C needs the detour over memory. */
static bool resolve(void *handle, const char *name, void *ret_function) {
    void *symbol = dlsym(handle, name);

    memcpy(ret_function, &symbol, sizeof(symbol));
    return symbol != NULL;
}

static int load(struct library *library, struct hv_error *err) {
    static const char name[] = "libsecret-1.so.0";
    bool good;

    if (!hv_keyring_is_near()) {
        hv_error_set(err, HV_E_FAILED, "there is no keyring here");
        hv_error_cause(err,
                       "a keyring belongs to a desktop session; this one has no D-Bus (DBUS_SESSION_BUS_ADDRESS is not set)");
        advise(err);
        return HV_E_FAILED;
    }
    library->handle = dlopen(name, RTLD_NOW | RTLD_LOCAL | RTLD_NODELETE);
    good = library->handle != NULL;
#define RESOLVE(function) good = good && resolve(library->handle, #function, &library->function);
    FUNCTIONS(RESOLVE)
#undef RESOLVE
    if (good)
        return 0;
    hv_error_set(err, HV_E_FAILED, "the keyring needs %s, which cannot be loaded", name);
    hv_error_remedy(err, "install it (Debian: apt install libsecret-1-0)");
    advise(err);
    return HV_E_FAILED;
}

/* Takes G_ERROR. */
static int explain(const struct library *library, const char *what, GError *g_error, struct hv_error *err) {
    hv_error_set(err, HV_E_FAILED, "%s", what);
    if (g_error) {
        hv_error_cause(err, "%s", g_error->message);
        library->g_error_free(g_error);
    }
    hv_error_remedy(err, "see that a keyring service such as gnome-keyring-daemon runs in this session, and is unlocked");
    advise(err);
    return HV_E_FAILED;
}

/* Borrows both. GLib ends the program when it has no memory. */
static GHashTable *make_attributes(const struct library *library, const char *host, const char *user) {
    union {
        const char *text;
        void *pointer;
    } key = { .text = "host" }, value = { .text = host };
    GHashTable *attributes = library->g_hash_table_new(library->g_str_hash, library->g_str_equal);

    library->g_hash_table_insert(attributes, key.pointer, value.pointer);
    if (user) {
        key.text = "user";
        value.text = user;
        library->g_hash_table_insert(attributes, key.pointer, value.pointer);
    }
    return attributes;
}

/* Outcomes as hv_keyring_find. */
static int take_item(const struct library *library, SecretRetrievable *item, char **ret_user, struct hv_secret **ret_password,
                     struct hv_error *err) {
    HV_CLEANUP_FREE char *user = NULL;
    GError *g_error = NULL;
    SecretValue *value = library->secret_retrievable_retrieve_secret_sync(item, NULL, &g_error);
    GHashTable *attributes = library->secret_retrievable_get_attributes(item);
    gsize n_bytes = 0;
    const char *bytes;
    int rc;

    if (!value && g_error) {
        library->g_hash_table_unref(attributes);
        return explain(library, "the keyring does not give the password", g_error, err);
    }
    rc = hv_text_copy(library->g_hash_table_lookup(attributes, "user"), &user, err);
    library->g_hash_table_unref(attributes);
    if (rc == 0 && value) {
        bytes = library->secret_value_get(value, &n_bytes);
        rc = hv_secret_new(bytes, n_bytes, ret_password, err);
        library->secret_value_unref(value);
        if (rc == 0)
            rc = 1;
    }
    if (rc > 0) {
        *ret_user = user;
        user = NULL;
    }
    return rc;
}

int hv_keyring_find(const char *host, const char *user, bool unlocks, char **ret_user, struct hv_secret **ret_password,
                    struct hv_error *err) {
    SecretSearchFlags flags = SECRET_SEARCH_LOAD_SECRETS | (unlocks ? SECRET_SEARCH_UNLOCK : 0);
    struct library library = { 0 };
    GHashTable *attributes;
    GError *g_error = NULL;
    GList *items;
    int rc = load(&library, err);

    if (rc < 0)
        return rc;
    attributes = make_attributes(&library, host, user);
    items = library.secret_password_searchv_sync(&schema, attributes, flags, NULL, &g_error);
    library.g_hash_table_unref(attributes);
    if (g_error)
        rc = explain(&library, "the keyring cannot be searched", g_error, err);
    else if (items)
        rc = take_item(&library, items->data, ret_user, ret_password, err);
    library.g_list_free_full(items, library.g_object_unref);
    return rc;
}

int hv_keyring_store(const char *host, const char *user, struct hv_secret *password, struct hv_error *err) {
    struct library library = { 0 };
    GHashTable *attributes;
    GError *g_error = NULL;
    SecretValue *value;
    char label[512];
    int rc = load(&library, err);

    if (rc < 0)
        return rc;
    (void)snprintf(label, sizeof(label), "hvctl: %s at %s", user, host);
    attributes = make_attributes(&library, host, user);
    /* Nothing is copied but for the way to the service. */
    value = library.secret_value_new_full(hv_secret_text(password), (gssize)hv_secret_length(password), "text/plain", NULL);
    if (!library.secret_password_storev_binary_sync(&schema, attributes, SECRET_COLLECTION_DEFAULT, label, value, NULL, &g_error))
        rc = explain(&library, "the keyring does not take the password", g_error, err);
    library.secret_value_unref(value);
    library.g_hash_table_unref(attributes);
    return rc;
}

int hv_keyring_remove(const char *host, const char *user, struct hv_error *err) {
    struct library library = { 0 };
    GHashTable *attributes;
    GError *g_error = NULL;
    int rc = load(&library, err);

    if (rc < 0)
        return rc;
    attributes = make_attributes(&library, host, user);
    rc = library.secret_password_clearv_sync(&schema, attributes, NULL, &g_error) ? 1 : 0;
    library.g_hash_table_unref(attributes);
    return g_error ? explain(&library, "the keyring does not remove the password", g_error, err) : rc;
}

#else

bool hv_keyring_is_built(void) {
    return false;
}

static int is_absent(struct hv_error *err) {
    hv_error_set(err, HV_E_FAILED, "this build has no keyring");
    advise(err);
    return HV_E_FAILED;
}

int hv_keyring_find(const char *host, const char *user, bool unlocks, char **ret_user, struct hv_secret **ret_password,
                    struct hv_error *err) {
    (void)host;
    (void)user;
    (void)unlocks;
    (void)ret_user;
    (void)ret_password;
    return is_absent(err);
}

int hv_keyring_store(const char *host, const char *user, struct hv_secret *password, struct hv_error *err) {
    (void)host;
    (void)user;
    (void)password;
    return is_absent(err);
}

int hv_keyring_remove(const char *host, const char *user, struct hv_error *err) {
    (void)host;
    (void)user;
    return is_absent(err);
}

#endif
