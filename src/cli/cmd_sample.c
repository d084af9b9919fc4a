/* hvctl sample: the command lines of Microsoft's migration sample, as thin calls of our commands (design.md 4, hyperv.md 8). */
#include "base/error.h"
#include "base/size.h"
#include "base/text.h"
#include "cli/cmd.h"
#include "cli/say.h"
#include "cli/suggest.h"

static const struct {
    const char *name;
    bool is_built;
    enum hv_mover_act act;
    enum hv_move_type type;
} modes[] = {
    { "vm-simple", true, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "vm-simple-check", true, HV_ACT_CHECK, HV_MOVE_VM },
    { "vm-and-storage-simple", true, HV_ACT_MIGRATE, HV_MOVE_VM_AND_STORAGE },
    { "vm-compression", false, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "vm-smb", false, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "vm-simple-with-ip", false, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "vm-simple-with-new-root", false, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "vm-detailed", false, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "vm-and-storage", false, HV_ACT_MIGRATE, HV_MOVE_VM_AND_STORAGE },
    { "storage-simple", false, HV_ACT_MOVE_STORAGE, HV_MOVE_STORAGE },
    { "storage-simple-with-pool", false, HV_ACT_MOVE_STORAGE, HV_MOVE_STORAGE },
    { "modifyservice", false, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "modifynetworks", false, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "enablecompression", false, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "enablesmb", false, HV_ACT_MIGRATE, HV_MOVE_VM },
    { "checkcompatibility", false, HV_ACT_CHECK, HV_MOVE_VM },
    { "compare-compatibility-vectors", false, HV_ACT_CHECK, HV_MOVE_VM },
};

static int unknown_mode(const char *word, struct hv_output *out) {
    struct hv_suggest suggest = { .word = word };
    struct hv_error error;

    hv_error_set(&error, HV_E_ARGUMENT, "the sample has no mode \"%s\"", word);
    for (size_t i = 0; i < HV_ARRAY_SIZE(modes); i++)
        hv_suggest_offer(&suggest, modes[i].name);
    if (suggest.nearest)
        hv_error_remedy(&error, "did you mean \"%s\"?", suggest.nearest);
    hv_error_remedy(&error, "use vm-simple, vm-simple-check or vm-and-storage-simple");
    return hv_say_failure(out, &error);
}

int hv_cmd_sample(const struct hv_args *args, struct hv_output *out) {
    const char *word = hv_args_operand(args, 0);
    struct hv_move_request request = { 0 };
    struct hv_error error;
    size_t mode = 0;

    while (mode < HV_ARRAY_SIZE(modes) && !hv_text_same(modes[mode].name, word))
        mode++;
    if (mode == HV_ARRAY_SIZE(modes))
        return unknown_mode(word, out);
    if (!modes[mode].is_built) {
        hv_error_set(&error, HV_E_ARGUMENT, "the sample's mode %s is not built yet", modes[mode].name);
        hv_error_remedy(&error, "use vm-simple, vm-simple-check or vm-and-storage-simple");
        return hv_say_failure(out, &error);
    }
    if (hv_args_n_operands(args) != 4) {
        hv_error_set(&error, HV_E_ARGUMENT, "%s takes three arguments: SRC DST VM", modes[mode].name);
        hv_error_remedy(&error, "hvctl sample %s hv01 hv02 app01", modes[mode].name);
        return hv_say_failure(out, &error);
    }
    request.act = modes[mode].act;
    request.type = modes[mode].type;
    request.source = hv_args_operand(args, 1);
    request.destination = hv_args_operand(args, 2);
    request.vms = args->words + args->n_command_words + 3;
    request.n_vms = 1;
    return hv_move_request_run(&request, args, out);
}
