/*
 * Runs a task by hand through a conversation: what the task must say and what comes back, line by line. No socket, no clock: a
 * pause is over at once, and a watched job is in the state that the next line says.
 */
#ifndef TESTS_CONTROL_BENCH_H
#define TESTS_CONTROL_BENCH_H

#include "engine/task.h"

#define TALK_NS                          "http://schemas.microsoft.com/wbem/wsman/1/wmi/root/virtualization/v2/"
#define TALK_INSTANCE(class, properties) "<p:" class " xmlns:p=\"" TALK_NS class "\">" properties "</p:" class ">"
#define TALK_ITEMS(items)                                                                                                        \
    "<n:EnumerateResponse><n:EnumerationContext/><w:Items>" items "</w:Items><w:EndOfSequence/></n:EnumerateResponse>"
#define TALK_RETURN(value) "<p:M_OUTPUT xmlns:p=\"" TALK_NS "X\"><p:ReturnValue>" value "</p:ReturnValue></p:M_OUTPUT>"
#define TALK_JOB_ID        "E3CCD734-71F6-46A1-BBB2-B4DB47242C2D"
#define TALK_STARTED                                                                                                             \
    "<p:M_OUTPUT xmlns:p=\"" TALK_NS "X\"><p:Job><a:Address>x</a:Address><a:ReferenceParameters><w:ResourceURI>" TALK_NS         \
    "Msvm_ConcreteJob</w:ResourceURI><w:SelectorSet><w:Selector Name=\"InstanceID\">" TALK_JOB_ID                                \
    "</w:Selector></w:SelectorSet></a:ReferenceParameters></p:Job><p:ReturnValue>4096</p:ReturnValue></p:M_OUTPUT>"
#define TALK_JOB(state, more)                                                                                                    \
    TALK_INSTANCE("Msvm_ConcreteJob", "<p:InstanceID>" TALK_JOB_ID "</p:InstanceID><p:JobState>" state "</p:JobState>" more)
#define TALK_ERRORS(text)                                                                                                        \
    "<p:GetErrorEx_OUTPUT xmlns:p=\"" TALK_NS "Msvm_ConcreteJob\"><p:Errors>&lt;INSTANCE CLASSNAME=\"Msvm_Error\"&gt;"           \
    "&lt;PROPERTY NAME=\"Message\" TYPE=\"string\"&gt;&lt;VALUE&gt;" text "&lt;/VALUE&gt;&lt;/PROPERTY&gt;"                      \
    "&lt;/INSTANCE&gt;</p:Errors><p:ReturnValue>0</p:ReturnValue></p:GetErrorEx_OUTPUT>"

enum talk_kind {
    TALK_ANSWER,      /* the oldest request must say SAYS and gets BODY */
    TALK_FAIL,        /* it must say SAYS and fails with CODE */
    TALK_SHOW_JOB,    /* the watched job is shown as BODY */
    TALK_NO_JOB,      /* the host's list lacks it */
    TALK_UNREACHABLE, /* the host cannot be asked any more */
    TALK_DETACH,      /* the user wants to wait no more */
};

enum { TALK_MAX_SAYS = 6 };

struct talk {
    enum talk_kind kind;
    const char *says[TALK_MAX_SAYS];
    const char *body;
    int code;
};

/* Runs TASK to its end, which must come with the last line; returns its result. */
int talk_run(struct hv_task *task, const struct talk *lines, size_t n_lines);

#endif
