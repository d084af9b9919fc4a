/* Identify (MS-WSMV 2.2.1, DSP0226; wsman.md 1.6). */
#include "wsman/identify.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "wsman/uri.h"

enum { MAX_PROFILES = 32 };

/* What MS-WSMV prints where DSP0226 has "identity". */
#define HV_NS_IDENTIFY "http://schemas.dmtf.org/wbem/wsman/identify/1/wsmanidentity.xsd"

void hv_identify_write(struct hv_xml_writer *writer) {
    hv_xml_begin(writer, "s:Envelope");
    hv_xml_put_attribute(writer, "xmlns:s", HV_NS_SOAP);
    hv_xml_put_attribute(writer, "xmlns:wsmid", HV_NS_IDENTITY);
    hv_xml_put_element(writer, "s:Header", NULL);
    hv_xml_begin(writer, "s:Body");
    hv_xml_put_element(writer, "wsmid:Identify", NULL);
    hv_xml_end(writer);
    hv_xml_end(writer);
}

static int copy_child(const struct hv_xml_node *response, const char *namespace_uri, const char *name, char **ret_text,
                      struct hv_error *err) {
    const struct hv_xml_node *child = hv_xml_child(response, namespace_uri, name);

    return child ? hv_text_copy(hv_xml_word(child), ret_text, err) : 0;
}

static int copy_profiles(const struct hv_xml_node *response, const char *namespace_uri, struct hv_identity *identity,
                         struct hv_error *err) {
    const struct hv_xml_node *set = hv_xml_child(response, namespace_uri, "SecurityProfiles");

    for (const struct hv_xml_node *child = hv_xml_first(set); child; child = hv_xml_next(child)) {
        char **profiles;
        int r;

        if (!hv_xml_is(child, namespace_uri, "SecurityProfileName"))
            continue;
        if (identity->n_security_profiles == MAX_PROFILES)
            return hv_error_set(err, HV_E_LIMIT, "an identity with more than %d security profiles", MAX_PROFILES);
        profiles = hv_grow(identity->security_profiles, identity->n_security_profiles, sizeof(*profiles));
        if (!profiles)
            return hv_error_memory(err);
        identity->security_profiles = profiles;
        r = hv_text_copy(hv_xml_word(child), &profiles[identity->n_security_profiles], err);
        if (r < 0)
            return r;
        identity->n_security_profiles++;
    }
    return 0;
}

int hv_identify_parse(const struct hv_envelope *envelope, struct hv_identity *identity, struct hv_error *err) {
    static const char *const namespaces[] = { HV_NS_IDENTITY, HV_NS_IDENTIFY };
    const struct hv_xml_node *response = NULL;
    const char *namespace_uri = NULL;
    int r;

    memset(identity, 0, sizeof(*identity));
    for (size_t i = 0; i < HV_ARRAY_SIZE(namespaces) && !response; i++) {
        namespace_uri = namespaces[i];
        response = hv_xml_child(hv_envelope_body(envelope), namespace_uri, "IdentifyResponse");
    }
    if (!response)
        return hv_error_set(err, HV_E_PROTOCOL, "the answer to Identify holds no IdentifyResponse");
    r = copy_child(response, namespace_uri, "ProtocolVersion", &identity->protocol_version, err);
    if (r == 0)
        r = copy_child(response, namespace_uri, "ProductVendor", &identity->vendor, err);
    if (r == 0)
        r = copy_child(response, namespace_uri, "ProductVersion", &identity->product_version, err);
    if (r == 0)
        r = copy_profiles(response, namespace_uri, identity, err);
    return r;
}

void hv_identity_deinit(struct hv_identity *identity) {
    free(identity->protocol_version);
    free(identity->vendor);
    free(identity->product_version);
    for (size_t i = 0; i < identity->n_security_profiles; i++)
        free(identity->security_profiles[i]);
    free(identity->security_profiles);
    memset(identity, 0, sizeof(*identity));
}
