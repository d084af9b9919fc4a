/* Jobs: what each state means, and decoding that no odd value can stop (hyperv.md 2.6, 3.2). */
#include "support/make.h"

#include "base/size.h"
#include "hyperv/job.h"
#include "support/failmalloc.h"

static void states_end_as_the_documents_say(void **state) {
    (void)state;
    static const struct {
        int64_t number;
        const char *name;
        bool is_final;
        bool is_success;
    } rows[] = {
        { 2, "new", false, false },       { 3, "starting", false, false },       { 4, "running", false, false },
        { 5, "suspended", false, false }, { 6, "shutting down", false, false },  { 7, "completed", true, true },
        { 8, "terminated", true, false }, { 9, "killed", true, false },          { 10, "exception", true, false },
        { 11, "service", false, false },  { 12, "query pending", false, false }, { 32768, "completed with warnings", true, true },
    };
    for (size_t i = 0; i < HV_ARRAY_SIZE(rows); i++) {
        assert_string_equal(hv_job_state_name(rows[i].number), rows[i].name);
        assert_int_equal(hv_job_state_is_final(rows[i].number), rows[i].is_final);
        assert_int_equal(hv_job_state_is_success(rows[i].number), rows[i].is_success);
    }
}

static void unknown_states_go_on(void **state) {
    (void)state;
    static const int64_t numbers[] = { -1, 0, 1, 13, 32767, 32769, 65535 };
    for (size_t i = 0; i < HV_ARRAY_SIZE(numbers); i++) {
        assert_null(hv_job_state_name(numbers[i]));
        assert_false(hv_job_state_is_final(numbers[i]));
        assert_false(hv_job_state_is_success(numbers[i]));
    }
}

static void types_have_names(void **state) {
    (void)state;
    assert_string_equal(hv_job_type_name(305), "moving VM");
    assert_string_equal(hv_job_type_name(306), "moving VM and storage");
    assert_string_equal(hv_job_type_name(307), "moving storage");
    assert_string_equal(hv_job_type_name(301), "checking VM");
    assert_string_equal(hv_job_type_name(16), "changing power state");
    assert_null(hv_job_type_name(17));
    assert_null(hv_job_type_name(0));
    assert_null(hv_job_type_name(-1));
}

static struct hv_instance *whole_job(void) {
    return make_instance("Msvm_MigrationJob", "VirtualSystemName", "a1a1a1a1-0000-4000-8000-000000000001", "InstanceID", "E3CC",
                         "JobState", "10", "JobType", "305", "PercentComplete", "100", "ErrorCode", "32768", "ErrorDescription",
                         "failed", "Description", "Moving", "JobStatus", "text", "DestinationHost", "hv02", "MigrationType",
                         "32768", "Cancellable", "TRUE", "StartTime", "2026-11-22T16:00:00Z", "ElapsedTime", "P0DT0H5M0S", NULL);
}

static void every_member_is_read(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = whole_job();
    struct hv_job job;
    assert_int_equal(hv_job_decode(instance, &job, NULL), 0);
    assert_string_equal(job.id, "E3CC");
    assert_string_equal(job.class_name, "Msvm_MigrationJob");
    assert_int_equal(job.type, 305);
    assert_string_equal(job.type_name, "moving VM");
    assert_int_equal(job.state, 10);
    assert_string_equal(job.state_name, "exception");
    assert_true(job.is_finished);
    assert_false(job.is_successful);
    assert_int_equal(job.percent, 100);
    assert_int_equal(job.error_code, 32768);
    assert_string_equal(job.error_description, "failed");
    assert_string_equal(job.description, "Moving");
    assert_string_equal(job.status, "text");
    assert_string_equal(job.vm_id, "A1A1A1A1-0000-4000-8000-000000000001");
    assert_string_equal(job.destination, "hv02");
    assert_int_equal(job.migration_type, 32768);
    assert_int_equal(job.cancellable, 1);
    assert_string_equal(job.started, "2026-11-22T16:00:00Z");
    assert_int_equal(job.elapsed_ms, 300000);
    hv_job_deinit(&job);
    assert_null(job.id);
}

static void nothing_at_all_is_a_job_too(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = make_instance("CIM_ConcreteJob", NULL);
    struct hv_job job;
    assert_int_equal(hv_job_decode(instance, &job, NULL), 0);
    assert_null(job.id);
    assert_int_equal(job.state, -1);
    assert_null(job.state_name);
    assert_false(job.is_finished);
    assert_int_equal(job.percent, -1);
    assert_int_equal(job.cancellable, -1);
    assert_int_equal(job.elapsed_ms, -1);
    assert_null(job.vm_id);
    hv_job_deinit(&job);
}

static void wrong_values_are_absent(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free)
    struct hv_instance *instance =
        make_instance("Msvm_MigrationJob", "InstanceID", MAKE_NULL, "JobState", "seven", "PercentComplete", "101", "ErrorCode",
                      "65536", "JobType", "-1", "Cancellable", "maybe", "ElapsedTime", "soon", "VirtualSystemName", "web01",
                      "ErrorDescription", "", "ErrorSummaryDescription", "in short", "MigrationType", "", NULL);
    struct hv_job job;
    assert_int_equal(hv_job_decode(instance, &job, NULL), 0);
    assert_null(job.id);
    assert_int_equal(job.state, -1);
    assert_int_equal(job.percent, -1);
    assert_int_equal(job.error_code, -1);
    assert_int_equal(job.type, -1);
    assert_int_equal(job.cancellable, -1);
    assert_int_equal(job.elapsed_ms, -1);
    assert_int_equal(job.migration_type, -1);
    assert_string_equal(job.vm_id, "web01");
    assert_string_equal(job.error_description, "in short");
    hv_job_deinit(&job);
}

static int decode_once(void *context) {
    struct hv_job job = { .percent = 77 };
    int r = hv_job_decode(context, &job, NULL);
    if (r < 0) {
        assert_int_equal(job.percent, 77);
        assert_null(job.id);
    } else {
        hv_job_deinit(&job);
    }
    return r;
}

static void every_refused_allocation_is_reported(void **state) {
    (void)state;
    HV_CLEANUP(hv_instance_free) struct hv_instance *instance = whole_job();
    assert_int_equal(failmalloc_each(decode_once, instance), 9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_end_as_the_documents_say),
        cmocka_unit_test(unknown_states_go_on),
        cmocka_unit_test(types_have_names),
        cmocka_unit_test(every_member_is_read),
        cmocka_unit_test(nothing_at_all_is_a_job_too),
        cmocka_unit_test(wrong_values_are_absent),
        cmocka_unit_test(every_refused_allocation_is_reported),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
