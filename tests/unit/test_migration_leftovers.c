/* What a failed move left behind: copies of disks, looked for by the host's list of files (hyperv.md 4j). */
#include "move_bench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/error.h"

#define NOBODY BENCH_ITEMS("")
#define HERE   BENCH_ITEMS(BENCH_VM)

#define DATA_FILE(name)                                                                                                          \
    BENCH_ITEMS(                                                                                                                 \
        "<p:CIM_DataFile xmlns:p=\"http://schemas.microsoft.com/wbem/wsman/1/wmi/root/cimv2/CIM_DataFile\"><p:Name>" name        \
        "</p:Name></p:CIM_DataFile>")
#define FOLDER                                                                                                                   \
    BENCH_ITEMS(BENCH_INSTANCE("Msvm_VirtualSystemManagementServiceSettingData",                                                 \
                               "<p:DefaultVirtualHardDiskPath>E:\\Disks</p:DefaultVirtualHardDiskPath>"))

/* A move with storage that failed, up to the look for copies. */
static void to_copies(struct bench *bench, const char *folder) {
    const struct hv_move_options options = { .vm = "app01",
                                             .type = HV_MOVE_VM_AND_STORAGE,
                                             .destination_name = "hv02",
                                             .source_name = "hv01",
                                             .destination_label = "hv02",
                                             .storage_path = folder };

    bench_begin(bench, &options);
    bench_event(bench, HV_EVENT_START);
    bench_answer(bench, BENCH_ITEMS(BENCH_VM));
    bench_answer(bench, BENCH_ITEMS(BENCH_DISK("C:\\a.vhdx")));
    bench_answer(bench, BENCH_ITEMS(BENCH_SETTINGS));
    bench_answer(bench, BENCH_ITEMS(BENCH_OWN_SERVICE));
    bench_answer(bench, BENCH_ITEMS(BENCH_SERVICE));
    bench_answer(bench, BENCH_ITEMS(BENCH_SETTINGS));
    bench_answer(bench, BENCH_STARTED);
    bench_job(bench, "10");
    bench_answer(bench, BENCH_ERRORS);
    bench_look(bench, NOBODY, HERE);
    bench_answer(bench, NOBODY); /* no planned VM */
}

static void copies_that_stayed_behind_are_named(void **state) {
    static const struct {
        const char *folder; /* NULL: left to the pool */
        const char *answer; /* NULL: the host does not tell */
        const char *leftover;
    } rows[] = {
        { "D:\\New", DATA_FILE("d:\\new\\A.vhdx"),
          "file D:\\New\\a.vhdx on hv02: perhaps an unfinished copy of disk C:\\a.vhdx" },
        { "D:\\New", NOBODY, NULL },
        { "D:\\New", NULL, "perhaps a copy of disk C:\\a.vhdx at D:\\New\\a.vhdx on hv02" },
        { NULL, DATA_FILE("E:\\Disks\\a.vhdx"), "file E:\\Disks\\a.vhdx on hv02: perhaps an unfinished copy of disk C:\\a.vhdx" },
        { NULL, NOBODY, NULL },
        { NULL, NULL, "perhaps a copy of disk C:\\a.vhdx at E:\\Disks\\a.vhdx on hv02" },
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct bench bench;
        to_copies(&bench, rows[i].folder);
        if (!rows[i].folder)
            bench_answer(&bench, FOLDER);
        if (rows[i].answer)
            bench_answer(&bench, rows[i].answer);
        else
            bench_fail(&bench, HV_E_DENIED, NULL);
        (void)bench_outcome(&bench, HV_OUTCOME_NOT_MOVED, HV_E_DELEGATION);
        assert_int_equal(bench.move->result.n_leftovers, rows[i].leftover ? 1 : 0);
        if (rows[i].leftover)
            assert_string_equal(bench.move->result.leftovers[0], rows[i].leftover);
        bench_end(&bench);
    }
}

static void a_folder_that_nobody_tells_leaves_a_perhaps(void **state) {
    struct bench bench;

    (void)state;
    to_copies(&bench, NULL);
    bench_fail(&bench, HV_E_DENIED, NULL);
    (void)bench_outcome(&bench, HV_OUTCOME_NOT_MOVED, HV_E_DELEGATION);
    assert_string_equal(bench.move->result.leftovers[0], "perhaps a copy of disk C:\\a.vhdx, where its pool on hv02 put it");
    bench_end(&bench);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_that_stayed_behind_are_named),
        cmocka_unit_test(a_folder_that_nobody_tells_leaves_a_perhaps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
