/* Error chains of a host: in an answer of XML, or texts one a line (the input split at 0x1E). */
#include "base/text.h"
#include "cim/instance.h"
#include "cim/params.h"
#include "fuzz/fuzz.h"
#include "hyperv/reason.h"

enum { SEPARATOR = 0x1E };

static void check_reason(const struct hv_reason *reason) {
    CHECK(!reason->message || hv_reason_hresult(reason->message) == reason->hresult);
    CHECK(!reason->message || hv_utf8_valid(reason->message, strlen(reason->message)));
    CHECK(!reason->message_id || *reason->message_id);
}

static void decode(const struct hv_instance *output) {
    struct hv_reason *reasons = NULL;
    struct hv_error err = { 0 };
    size_t n = 0;
    int r = hv_reasons_decode(output, &reasons, &n, &err);

    CHECK(r == 0 && n <= HV_REASON_MAX && (n == 0) == (reasons == NULL));
    for (size_t i = 0; i < n; i++)
        check_reason(&reasons[i]);
    hv_reasons_free(reasons, n);
}

static void decode_texts(char *texts) {
    static const char *const names[] = { "Errors", "Error", "Reasons" };
    HV_CLEANUP(hv_instance_free) struct hv_instance *output = NULL;
    const char *name = names[strlen(texts) % 3];

    CHECK(hv_instance_new("GetErrorEx_OUTPUT", NULL, &output, NULL) == 0);
    for (char *text = fuzz_piece(&texts, SEPARATOR); text; text = fuzz_piece(&texts, SEPARATOR)) {
        if (hv_utf8_valid(text, strlen(text)))
            CHECK(hv_instance_append_text(output, name, HV_CIM_STRING, text, strlen(text), NULL) == 0);
    }
    decode(output);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    HV_CLEANUP(hv_instance_free) struct hv_instance *output = NULL;
    HV_CLEANUP(hv_xml_doc_free) struct hv_xml_doc *doc = fuzz_parse(data, size);
    HV_CLEANUP_FREE char *text = fuzz_text(data, size);

    if (size > 32 * 1024)
        return 0;
    if (doc && hv_output_read(hv_xml_root(doc), "GetErrorEx", &output, NULL) == 0)
        decode(output);
    decode_texts(text);
    return 0;
}
