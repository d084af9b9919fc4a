/* What helps against a reason that a host gives (hyperv.md 7.1, 7.2). */
#include "hyperv/advice.h"

#include <string.h>

#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "hyperv/reason.h"

#define TEXT(fragment, meaning, remedy, error)                                                                                   \
    {                                                                                                                            \
        fragment, {                                                                                                              \
            HV_CODE_MIGRATION, 0, NULL, meaning, remedy, error                                                                   \
        }                                                                                                                        \
    }

#define SLOTS_REMEDY                                                                                                             \
    "wait until a running migration has ended, or raise the limit of both hosts: hvctl host config --max-migrations N, for "     \
    "storage --max-storage-migrations N"

/* In lower case. Hosts that speak another language than the one that requests ask for are not understood here. */
static const struct {
    const char *fragment;
    struct hv_code code;
} texts[] = {
    TEXT("uses processor-specific features not supported", "the processors differ",
         "while the VM is off: hvctl vm set VM --processor-compatibility on --host SOURCE\n"
         "a running VM never moves between Intel and AMD: shut it down first\n"
         "see what differs: hvctl check VM --offline --vectors --from HOST --to HOST",
         HV_E_FAILED),
    TEXT("configuration version", "the destination does not support the VM's configuration version",
         "move it to a host of the same or a newer version of Windows Server (Get-VMHostSupportedVersion there)", HV_E_FAILED),
    TEXT("not compatible with", "the destination does not fit the VM",
         "compare the processors: hvctl check --hosts HOST --to HOST --vectors\n"
         "compare the configuration versions that both hosts support (Get-VMHostSupportedVersion there)",
         HV_E_FAILED),
    TEXT("could not find ethernet switch", "the destination lacks a virtual switch of that name",
         "make a switch with that name at the destination, or use another: --map-switch OLD=NEW, --disconnect-missing",
         HV_E_FAILED),
    TEXT("migrations is reached", "all slots for migrations are taken", SLOTS_REMEDY, HV_E_CONFLICT),
    TEXT("migrations reached", "all slots for migrations are taken", SLOTS_REMEDY, HV_E_CONFLICT),
    TEXT("does not have enough rights", "an account may not write to a path",
         "let the destination's computer account write to that folder, or choose another path", HV_E_DENIED),
    TEXT("key protector could not be unwrapped", "the destination cannot open the VM's key protector",
         "copy the shielding certificates of the VM's virtual TPM to the destination", HV_E_FAILED),
    TEXT("failed to establish a connection with host", "the source host did not reach the destination",
         "check that live migration is enabled at the destination, and TCP 6600 between the hosts", HV_E_FAILED),
};

/* Does TEXT contain FRAGMENT, which is in lower case? */
static bool contains(const char *text, const char *fragment) {
    size_t n = strlen(fragment);

    for (; *text; text++) {
        size_t i = 0;
        while (i < n && hv_text_lower(text[i]) == fragment[i])
            i++;
        if (i == n)
            return true;
    }
    return false;
}

const struct hv_code *hv_advice_find_text(const char *text) {
    for (size_t i = 0; text && i < HV_ARRAY_SIZE(texts); i++) {
        if (contains(text, texts[i].fragment))
            return &texts[i].code;
    }
    return NULL;
}

const struct hv_code *hv_advice_find(const struct hv_reason *reason) {
    const struct hv_code *code = reason->hresult ? hv_code_find_hresult(reason->hresult) : NULL;

    return code ? code : hv_advice_find_text(reason->message);
}

/* The entry of the host's error chain that explains most: sign-in between hosts, else the last that is known, else the last. */
static const struct hv_reason *best_reason(const struct hv_reason *reasons, size_t n, const struct hv_code **ret_code) {
    const struct hv_reason *best = NULL;

    for (size_t i = 0; i < n; i++) {
        const struct hv_code *code = hv_advice_find(&reasons[i]);
        if (*ret_code && (!code || (*ret_code)->error == HV_E_DELEGATION))
            continue;
        best = &reasons[i];
        *ret_code = code;
    }
    return best;
}

void hv_advice_explain(const struct hv_job *job, const struct hv_reason *reasons, size_t n_reasons,
                       struct hv_explanation *ret_explanation) {
    struct hv_explanation *ret = ret_explanation;
    const struct hv_reason *reason;

    *ret = (struct hv_explanation){ 0 };
    reason = best_reason(reasons, n_reasons, &ret->code);
    ret->text = reason && reason->message ? reason->message : job->error_description;
    ret->hresult = reason ? reason->hresult : hv_reason_hresult(ret->text);
    if (!ret->code && ret->hresult)
        ret->code = hv_code_find_hresult(ret->hresult);
    if (!ret->code)
        ret->code = hv_advice_find_text(ret->text);
    if (!ret->code && job->error_code > 0)
        ret->code = hv_code_find(HV_CODE_JOB, (uint32_t)job->error_code);
    if (!ret->text)
        ret->text = ret->code ? ret->code->meaning : "the host gave no reason; its VMMS-Admin event log may, on both hosts";
}

void hv_advice_add(const struct hv_explanation *explanation, const struct hv_reason *reasons, size_t n_reasons,
                   struct hv_error *err) {
    const struct hv_code *best = explanation->code;

    if (!err)
        return;
    err->source = HV_SOURCE_JOB;
    err->hresult = explanation->hresult;
    hv_error_cause(err, "%s", explanation->text);
    if (best && best->remedy)
        hv_error_remedy(err, "%s", best->remedy);
    for (size_t i = 0; i < n_reasons; i++) {
        const struct hv_code *code = hv_advice_find(&reasons[i]);
        if (code && code != best && code->remedy && !strstr(err->remedy, code->remedy))
            hv_error_remedy(err, "%s", code->remedy);
    }
    if (!err->remedy[0])
        hv_error_remedy(err, "look into the log Hyper-V-VMMS-Admin of both hosts");
}
