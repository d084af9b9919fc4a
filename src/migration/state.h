/* The states of a move, and what can happen to it. The table in machine.c tells which of them meet. */
#ifndef MIGRATION_STATE_H
#define MIGRATION_STATE_H

#include <stdbool.h>

/* state, what it means */
#define HV_MIG_STATES(X)                                                                                                         \
    X(NEW, "nothing was sent yet")                                                                                               \
    X(FIND_VM, "looking the VM up at the source")                                                                                \
    X(FIND_ELSEWHERE, "not at the source: is it at the destination already?")                                                    \
    X(READ_ROLE, "does a failover cluster own the VM?")                                                                          \
    X(READ_CLUSTER, "what is that cluster called?")                                                                              \
    X(READ_NODES, "which nodes does it have?")                                                                                   \
    X(READ_NODE_NAME, "what does the destination call itself?")                                                                  \
    X(READ_GROUP, "in which state is the VM's role?")                                                                            \
    X(READ_DISKS, "reading which disks the VM has")                                                                              \
    X(READ_PROCESSOR, "reading the VM's processor setting, for another pool")                                                    \
    X(READ_TEMPLATE, "does the source know all that is asked for? By its templates")                                             \
    X(READ_CLASS, "the same, by its description of the class")                                                                   \
    X(READ_SOURCE, "reading the source's migration settings")                                                                    \
    X(READ_SERVICE, "reading the full name of the source's migration service")                                                   \
    X(READ_LISTENERS, "reading where the destination takes migrations")                                                          \
    X(READ_DESTINATION, "reading the destination's migration settings, where its listeners do not tell enough")                  \
    X(REQUEST, "the request to check or to move is under way")                                                                   \
    X(REQUEST_ROLE, "the request to the cluster is under way")                                                                   \
    X(WATCH_GROUP, "how far is the cluster with the role?")                                                                      \
    X(WATCH_PAUSE, "waiting before asking the cluster again")                                                                    \
    X(READ_FAILURE, "asking the cluster why the role did not move")                                                              \
    X(READ_JOB, "reading the job that is to be followed")                                                                        \
    X(FIND_JOB, "the answer was lost: looking for a job of this VM")                                                             \
    X(FOLLOW, "the job runs")                                                                                                    \
    X(CANCEL, "the request to end the job is under way")                                                                         \
    X(CONFIRM_JOB, "the host's list lacks the job: asking for the job itself")                                                   \
    X(READ_ERRORS, "asking the job for its errors")                                                                              \
    X(LOOK_DESTINATION, "is the VM at the destination?")                                                                         \
    X(LOOK_SOURCE, "is the VM at the source?")                                                                                   \
    X(LOOK_DISKS, "are the disks where they were to go?")                                                                        \
    X(LOOK_ROOTS, "are the folders where they were to go?")                                                                      \
    X(LOOK_PAUSE, "not settled: waiting before looking again")                                                                   \
    X(LOOK_PLANNED, "did a planned VM stay behind at the destination?")                                                          \
    X(LOOK_FOLDER, "where do pools put disks that were given no place?")                                                         \
    X(LOOK_COPIES, "did copies of disks stay behind?")                                                                           \
    X(DONE, "over")

/* event, what it means; the driver's events, with the failure that may have been carried out told apart */
#define HV_MIG_EVENTS(X)                                                                                                         \
    X(START, "begin")                                                                                                            \
    X(ANSWER, "the operation under way was answered")                                                                            \
    X(ERROR, "it failed, and nothing was carried out")                                                                           \
    X(LOST, "the request may have been carried out")                                                                             \
    X(WAKE, "the pause is over")                                                                                                 \
    X(JOB, "the host shows the job")                                                                                             \
    X(JOB_MISSING, "the host's list lacks the job")                                                                              \
    X(JOB_UNREACHABLE, "the host could not be asked for long")                                                                   \
    X(DETACH, "the user wants to wait no more")                                                                                  \
    X(CANCEL, "the user wants the job to be ended")

#define HV_MIG_STATE_ENUM(name, meaning) HV_MIG_STATE_##name,
enum hv_mig_state { HV_MIG_STATES(HV_MIG_STATE_ENUM) HV_MIG_N_STATES };
#define HV_MIG_EVENT_ENUM(name, meaning) HV_MIG_EV_##name,
enum hv_mig_event { HV_MIG_EVENTS(HV_MIG_EVENT_ENUM) HV_MIG_N_EVENTS };

const char *hv_mig_state_name(enum hv_mig_state state);
/* Does the machine handle EVENT in STATE? */
bool hv_mig_is_legal(enum hv_mig_state state, enum hv_mig_event event);

#endif
