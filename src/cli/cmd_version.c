/* hvctl version. */
#include "cli/cmd.h"
#include "cli/json.h"
#include "cli/keyring.h"

#ifndef HVCTL_VERSION
#error "the build defines HVCTL_VERSION"
#endif

#ifdef HVCTL_KEYRING
#define KEYRING "libsecret"
#else
#define KEYRING "none"
#endif

int hv_cmd_version(const struct hv_args *args, struct hv_output *out) {
    json_t *object;
    json_t *auth;

    (void)args;
    if (!hv_output_is_json(out)) {
        hv_output_text(out, "hvctl " HVCTL_VERSION "\n"
                            "License Apache-2.0 <https://www.apache.org/licenses/LICENSE-2.0>\n"
                            "sign-in: basic (over verified TLS)\n"
                            "keyring: " KEYRING "\n"
                            "JSON: jansson " JANSSON_VERSION "\n");
        return 0;
    }
    object = hv_json_document("version");
    auth = json_array();
    hv_json_add(&auth, json_string("basic"));
    hv_json_put(&object, "name", json_string("hvctl"));
    hv_json_put(&object, "version", json_string(HVCTL_VERSION));
    hv_json_put(&object, "license", json_string("Apache-2.0"));
    hv_json_put(&object, "auth", auth);
    hv_json_put(&object, "keyring", hv_json_flag(hv_keyring_is_built()));
    hv_output_json(out, object);
    return 0;
}
