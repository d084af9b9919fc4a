/* hvctl version. */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/keyring.h"
#include "cli/scheme.h"

#ifndef HVCTL_VERSION
#error "the build defines HVCTL_VERSION"
#endif

#ifdef HVCTL_KEYRING
#define KEYRING "libsecret"
#else
#define KEYRING "none"
#endif

static void print_words(struct hv_output *out) {
    const char *word;

    hv_output_text(out, "hvctl " HVCTL_VERSION "\n"
                        "License Apache-2.0 <https://www.apache.org/licenses/LICENSE-2.0>\n"
                        "sign-in:");
    for (size_t i = 0; (word = hv_scheme_word(i)); i++) {
        hv_output_text(out, i > 0 ? ", " : " ");
        hv_output_text(out, word);
    }
    hv_output_text(out, "\nkeyring: " KEYRING "\n"
                        "JSON: jansson " JANSSON_VERSION "\n");
}

int hv_cmd_version(const struct hv_args *args, struct hv_output *out) {
    json_t *object;
    json_t *auth;
    const char *word;

    (void)args;
    if (!hv_output_is_json(out)) {
        print_words(out);
        return 0;
    }
    object = hv_json_document("version");
    auth = json_array();
    for (size_t i = 0; (word = hv_scheme_word(i)); i++)
        hv_json_add(&auth, json_string(word));
    hv_json_put(&object, "name", json_string("hvctl"));
    hv_json_put(&object, "version", json_string(HVCTL_VERSION));
    hv_json_put(&object, "license", json_string("Apache-2.0"));
    hv_json_put(&object, "auth", auth);
    hv_json_put(&object, "keyring", hv_json_flag(hv_keyring_is_built()));
    hv_output_json(out, object);
    return 0;
}
