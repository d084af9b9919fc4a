/* job list and job show against answers written from the documents. */
#include "support/exchange.h"

#include <hvctl/job.h>

#include "base/size.h"

#define A     "A1A1A1A1-0000-4000-8000-000000000001"
#define JOB   "E3CCD734-71F6-46A1-BBB2-B4DB47242C2D"
#define MOVES "v2/Msvm_MigrationJob<"
#define OTHER "v2/Msvm_ConcreteJob<"

#define NO_CLASS    .file = "synthetic/inventory-faults/001.response.xml", .status = 500
#define NO_INSTANCE .file = "synthetic/inventory-faults/002.response.xml", .status = 500

static const struct exchange both_classes[] = {
    { .file = "synthetic/jobs/001.response.xml", .says = { MOVES } },
    { .file = "synthetic/jobs/002.response.xml", .says = { OTHER } },
};

static const struct exchange failed_job[] = {
    { .file = "synthetic/job-failed/001.response.xml", .says = { MOVES, "/transfer/Get<", "InstanceID\">" JOB "<" } },
    { .file = "synthetic/job-failed/002.response.xml", .says = { "Msvm_MigrationJob/GetErrorEx<", "InstanceID\">" JOB "<" } },
};

static struct hv_task *list(const struct exchange *exchanges, size_t n, int result) {
    struct hv_task *task = NULL;
    assert_int_equal(hv_job_list_new(&task, NULL), 0);
    assert_int_equal(exchange_all(task, exchanges, n), result);
    return task;
}

static struct hv_task *show(const char *id, const struct exchange *exchanges, size_t n, int result) {
    struct hv_task *task = NULL;
    assert_int_equal(hv_job_show_new(id, &task, NULL), 0);
    assert_int_equal(exchange_all(task, exchanges, n), result);
    return task;
}

static void migrations_come_first_then_other_jobs(void **state) {
    (void)state;
    struct hv_task *task = list(both_classes, HV_ARRAY_SIZE(both_classes), 0);
    size_t n;
    const struct hv_job *jobs = hv_job_list_result(task, &n);
    assert_int_equal(n, 3);
    assert_string_equal(jobs[0].id, JOB);
    assert_string_equal(jobs[0].class_name, "Msvm_MigrationJob");
    assert_string_equal(jobs[0].state_name, "running");
    assert_string_equal(jobs[0].type_name, "moving VM and storage");
    assert_string_equal(jobs[0].vm_id, A);
    assert_int_equal(jobs[0].elapsed_ms, 80500);
    assert_string_equal(jobs[1].class_name, "Msvm_ConcreteJob");
    assert_true(jobs[1].is_finished && jobs[1].is_successful);
    assert_string_equal(jobs[2].state_name, "completed with warnings");
    assert_null(jobs[2].type_name);
    assert_int_equal(jobs[2].percent, -1);
    assert_null(jobs[2].error_description);
    (void)hv_task_free(task);
}

static void a_missing_class_has_no_jobs(void **state) {
    (void)state;
    static const struct exchange only_moves[] = { { .file = "synthetic/jobs/001.response.xml" }, { NO_CLASS } };
    static const struct exchange only_others[] = { { NO_CLASS }, { .file = "synthetic/jobs/002.response.xml" } };
    size_t n;
    struct hv_task *task = list(only_moves, 2, 0);
    (void)hv_job_list_result(task, &n);
    assert_int_equal(n, 1);
    (void)hv_task_free(task);
    task = list(only_others, 2, 0);
    (void)hv_job_list_result(task, &n);
    assert_int_equal(n, 2);
    (void)hv_task_free(task);
}

static void a_host_that_knows_no_jobs_is_an_error(void **state) {
    (void)state;
    static const struct exchange neither[] = { { NO_CLASS }, { NO_CLASS } };
    struct hv_task *task = list(neither, 2, HV_E_NOT_FOUND);
    size_t n = 1;
    assert_null(hv_job_list_result(task, &n));
    assert_int_equal(n, 0);
    (void)hv_task_free(task);
}

static void a_host_without_the_role_is_named_so(void **state) {
    (void)state;
    static const struct exchange no_role[] = { { .file = "synthetic/inventory-faults/003.response.xml", .status = 500 } };
    const struct hv_error *error;
    struct hv_task *task = show(JOB, no_role, 1, HV_E_NOT_FOUND);
    (void)hv_task_result(task, &error);
    assert_int_equal(error->hresult, 0x8004100E);
    (void)hv_task_free(task);
}

static void a_running_job_is_shown_without_asking_for_errors(void **state) {
    (void)state;
    static const struct exchange running[] = { { .file = "synthetic/job-running/001.response.xml" } };
    struct hv_task *task = show("{e3ccd734-71f6-46a1-bbb2-b4db47242c2d}", running, 1, 0);
    const struct hv_job *job = hv_job_show_result(task);
    assert_int_equal(job->percent, 42);
    assert_int_equal(job->cancellable, 1);
    assert_string_equal(job->destination, "hv02");
    assert_string_equal(job->started, "2026-11-22T16:00:00Z");
    assert_false(job->is_finished);
    size_t n;
    assert_null(hv_job_show_reasons(task, &n));
    assert_int_equal(n, 0);
    (void)hv_task_free(task);
}

static void a_failed_job_tells_its_error_chain(void **state) {
    (void)state;
    struct hv_task *task = show(JOB, failed_job, HV_ARRAY_SIZE(failed_job), 0);
    const struct hv_job *job = hv_job_show_result(task);
    assert_true(job->is_finished);
    assert_false(job->is_successful);
    assert_int_equal(job->error_code, 32768);
    size_t n;
    const struct hv_reason *reasons = hv_job_show_reasons(task, &n);
    assert_int_equal(n, 2);
    assert_string_equal(reasons[0].message, "Virtual machine migration operation for 'R&D' failed.");
    assert_string_equal(reasons[0].message_id, "20413");
    assert_null(reasons[0].error_source);
    assert_int_equal(reasons[0].hresult, 0);
    assert_int_equal(reasons[1].hresult, 0x8009030E);
    assert_non_null(reasons[1].error_source);
    (void)hv_task_free(task);
}

static void without_a_chain_the_single_error_is_asked_for(void **state) {
    (void)state;
    static const struct exchange exchanges[] = {
        { .file = "synthetic/job-failed/001.response.xml" },
        { .file = "synthetic/job-failed/003.response.xml", .says = { "/GetErrorEx<" } },
        { .file = "synthetic/job-failed/004.response.xml", .says = { "/GetError<" } },
    };
    struct hv_task *task = show(JOB, exchanges, HV_ARRAY_SIZE(exchanges), 0);
    size_t n;
    const struct hv_reason *reasons = hv_job_show_reasons(task, &n);
    assert_int_equal(n, 1);
    assert_string_equal(reasons[0].message, "one cause");
    (void)hv_task_free(task);
}

static void a_job_that_vanishes_meanwhile_is_still_shown(void **state) {
    (void)state;
    static const struct exchange exchanges[] = {
        { .file = "synthetic/job-failed/001.response.xml" },
        { NO_INSTANCE },
        { NO_INSTANCE },
    };
    struct hv_task *task = show(JOB, exchanges, HV_ARRAY_SIZE(exchanges), 0);
    size_t n;
    const struct hv_reason *reasons = hv_job_show_reasons(task, &n);
    assert_int_equal(n, 1);
    assert_string_equal(reasons[0].message, "Virtual machine migration failed. (0x8009030E)");
    assert_int_equal(reasons[0].hresult, 0x8009030E);
    (void)hv_task_free(task);
}

static void warnings_of_a_job_of_another_class_are_asked_there(void **state) {
    (void)state;
    static const struct exchange exchanges[] = {
        { NO_INSTANCE, .says = { MOVES } },
        { .file = "synthetic/job-failed/005.response.xml", .says = { OTHER } },
        { .file = "synthetic/job-failed/003.response.xml", .says = { "Msvm_ConcreteJob/GetErrorEx<" } },
        { .file = "synthetic/job-failed/006.response.xml", .says = { "Msvm_ConcreteJob/GetError<" } },
    };
    struct hv_task *task = show(JOB, exchanges, HV_ARRAY_SIZE(exchanges), 0);
    assert_true(hv_job_show_result(task)->is_successful);
    size_t n;
    assert_null(hv_job_show_reasons(task, &n));
    assert_int_equal(n, 0);
    (void)hv_task_free(task);
}

static void a_job_that_no_class_knows_is_not_found(void **state) {
    (void)state;
    static const struct exchange exchanges[] = {
        { NO_INSTANCE, .says = { MOVES } },
        { NO_CLASS, .says = { OTHER } },
        { NO_INSTANCE, .says = { "v2/Msvm_StorageJob<" } },
    };
    const struct hv_error *error;
    struct hv_task *task = show(JOB, exchanges, HV_ARRAY_SIZE(exchanges), HV_E_NOT_FOUND);
    (void)hv_task_result(task, &error);
    assert_string_equal(error->message, "there is no job " JOB);
    assert_string_equal(error->cause, "a host forgets a job five minutes after it ended");
    assert_string_equal(error->remedy, "see which jobs the host knows: hvctl job list -H HOST");
    assert_null(hv_job_show_result(task));
    (void)hv_task_free(task);
}

static void other_failures_are_passed_on(void **state) {
    (void)state;
    static const struct exchange denied[] = { { .file = "synthetic/inventory-faults/004.response.xml", .status = 500 } };
    (void)hv_task_free(show(JOB, denied, 1, HV_E_DENIED));
}

static void an_empty_id_is_refused(void **state) {
    (void)state;
    struct hv_task *task = NULL;
    assert_int_equal(hv_job_show_new("", &task, NULL), HV_E_ARGUMENT);
    assert_null(task);
}

static int list_once(void) {
    struct hv_task *task = NULL;
    int r = hv_job_list_new(&task, NULL);
    if (r == 0)
        r = exchange_all(task, both_classes, HV_ARRAY_SIZE(both_classes));
    (void)hv_task_free(task);
    return r;
}

static int show_once(void) {
    struct hv_task *task = NULL;
    int r = hv_job_show_new(JOB, &task, NULL);
    /* Each method is asked once, whether or not its answer could be read. */
    static const struct exchange exchanges[] = {
        { .file = "synthetic/job-failed/001.response.xml" },
        { .file = "synthetic/job-failed/003.response.xml" },
        { .file = "synthetic/job-failed/004.response.xml" },
    };
    if (r == 0)
        r = exchange_all(task, exchanges, HV_ARRAY_SIZE(exchanges));
    (void)hv_task_free(task);
    return r;
}

static void refused_allocations_do_no_harm(void **state) {
    (void)state;
    assert_true(exchange_each_allocation(list_once) > 20);
    assert_true(exchange_each_allocation(show_once) > 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(migrations_come_first_then_other_jobs),
        cmocka_unit_test(a_missing_class_has_no_jobs),
        cmocka_unit_test(a_host_that_knows_no_jobs_is_an_error),
        cmocka_unit_test(a_host_without_the_role_is_named_so),
        cmocka_unit_test(a_running_job_is_shown_without_asking_for_errors),
        cmocka_unit_test(a_failed_job_tells_its_error_chain),
        cmocka_unit_test(without_a_chain_the_single_error_is_asked_for),
        cmocka_unit_test(a_job_that_vanishes_meanwhile_is_still_shown),
        cmocka_unit_test(warnings_of_a_job_of_another_class_are_asked_there),
        cmocka_unit_test(a_job_that_no_class_knows_is_not_found),
        cmocka_unit_test(other_failures_are_passed_on),
        cmocka_unit_test(an_empty_id_is_refused),
        cmocka_unit_test(refused_allocations_do_no_harm),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
