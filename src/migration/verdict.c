/* What became of a move: a pure function of what was seen (design.md 3). */
#include "migration/verdict.h"

/* Only the job knew where the disks were to go: the places of today prove nothing. */
static enum hv_move_outcome unplanned(const struct hv_evidence *evidence) {
    switch (evidence->job) {
    case HV_JOB_END_SUCCEEDED:
        return HV_OUTCOME_JOB_COMPLETED;
    case HV_JOB_END_FAILED:
    case HV_JOB_END_CANCELLED:
        return HV_OUTCOME_NOT_MOVED;
    case HV_JOB_END_RUNNING:
        return HV_OUTCOME_RUNNING;
    case HV_JOB_END_NONE:
    case HV_JOB_END_VANISHED:
    case HV_JOB_END_UNREACHABLE:
    case HV_JOB_END_COUNT:
        break;
    }
    return HV_OUTCOME_UNKNOWN;
}

/* The VM is at the source and nowhere else, or the disks are where they were. */
static enum hv_move_outcome still_there(const struct hv_evidence *evidence) {
    /* Until the window is over the hosts may lag behind the job, and a lost request may still be under way. */
    switch (evidence->job) {
    case HV_JOB_END_FAILED:
    case HV_JOB_END_CANCELLED:
        return HV_OUTCOME_NOT_MOVED;
    case HV_JOB_END_RUNNING:
        return HV_OUTCOME_RUNNING;
    case HV_JOB_END_NONE:
        if (evidence->jobs_unlisted)
            return HV_OUTCOME_UNKNOWN; /* a job of the lost request may be waiting for its turn */
        return evidence->window_over ? HV_OUTCOME_NOT_MOVED : HV_OUTCOME_UNKNOWN;
    case HV_JOB_END_SUCCEEDED:
    case HV_JOB_END_VANISHED:
        return evidence->window_over ? HV_OUTCOME_NOT_MOVED : HV_OUTCOME_UNKNOWN;
    case HV_JOB_END_UNREACHABLE:
    case HV_JOB_END_COUNT:
        break;
    }
    return HV_OUTCOME_UNKNOWN;
}

static enum hv_move_outcome storage(const struct hv_evidence *evidence) {
    if (evidence->at_source != HV_PLACE_PRESENT)
        return HV_OUTCOME_UNKNOWN;
    switch (evidence->disks) {
    case HV_DISKS_NEW:
        return HV_OUTCOME_MOVED;
    case HV_DISKS_OLD:
        return still_there(evidence);
    case HV_DISKS_UNPLANNED:
        return unplanned(evidence);
    case HV_DISKS_UNASKED:
    case HV_DISKS_MIXED:
    case HV_DISKS_COUNT:
        break;
    }
    return HV_OUTCOME_UNKNOWN;
}

/* The destination did not tell. */
static enum hv_move_outcome without_destination(const struct hv_evidence *evidence) {
    if (evidence->at_source == HV_PLACE_PRESENT && (evidence->job == HV_JOB_END_FAILED || evidence->job == HV_JOB_END_CANCELLED))
        return HV_OUTCOME_NOT_MOVED;
    if (evidence->at_source == HV_PLACE_ABSENT && evidence->no_destination && evidence->job == HV_JOB_END_SUCCEEDED)
        return HV_OUTCOME_JOB_COMPLETED;
    return HV_OUTCOME_UNKNOWN;
}

static enum hv_move_outcome between_hosts(const struct hv_evidence *evidence) {
    bool at_source = evidence->at_source == HV_PLACE_PRESENT;
    bool at_destination = evidence->at_destination == HV_PLACE_PRESENT;

    if (evidence->at_source == HV_PLACE_UNKNOWN)
        return HV_OUTCOME_UNKNOWN;
    if (evidence->at_destination == HV_PLACE_UNKNOWN)
        return without_destination(evidence);
    if (at_destination && !at_source)
        return HV_OUTCOME_MOVED;
    if (at_source && !at_destination)
        return still_there(evidence);
    return HV_OUTCOME_UNKNOWN; /* on both, or on neither */
}

/* A planned VM is there where none was before. A job out of sight may still be at work on it. */
static enum hv_move_outcome planned(const struct hv_evidence *evidence) {
    if (evidence->job == HV_JOB_END_SUCCEEDED)
        return HV_OUTCOME_STAGED;
    if (evidence->job == HV_JOB_END_UNREACHABLE || (evidence->job == HV_JOB_END_NONE && evidence->jobs_unlisted))
        return HV_OUTCOME_UNKNOWN;
    return evidence->window_over ? HV_OUTCOME_STAGED : HV_OUTCOME_UNKNOWN;
}

/* Nothing moves: the end of the job decides, and then whether the planned VM is there. */
static enum hv_move_outcome staged(const struct hv_evidence *evidence) {
    if (evidence->at_source == HV_PLACE_ABSENT || evidence->at_destination == HV_PLACE_PRESENT)
        return HV_OUTCOME_UNKNOWN;
    if (evidence->job == HV_JOB_END_FAILED || evidence->job == HV_JOB_END_CANCELLED)
        return HV_OUTCOME_NOT_MOVED;
    if (evidence->job == HV_JOB_END_RUNNING)
        return HV_OUTCOME_RUNNING;
    if (evidence->at_destination == HV_PLACE_PLANNED)
        return planned(evidence);
    if (evidence->at_destination == HV_PLACE_ABSENT)
        return evidence->at_source == HV_PLACE_PRESENT ? still_there(evidence) : HV_OUTCOME_UNKNOWN;
    return evidence->no_destination && evidence->job == HV_JOB_END_SUCCEEDED ? HV_OUTCOME_JOB_COMPLETED : HV_OUTCOME_UNKNOWN;
}

enum hv_move_outcome hv_verdict(const struct hv_evidence *evidence) {
    if (evidence->migrating)
        return HV_OUTCOME_RUNNING;
    if (evidence->stages)
        return staged(evidence);
    return evidence->between_hosts ? between_hosts(evidence) : storage(evidence);
}

const char *hv_verdict_word(enum hv_move_outcome outcome, const struct hv_evidence *evidence) {
    if (outcome == HV_OUTCOME_MOVED && evidence->has_leftovers)
        return "moved_with_leftovers";
    return hv_move_outcome_name(outcome);
}

bool hv_verdict_is_settled(const struct hv_evidence *evidence) {
    enum hv_move_outcome outcome = hv_verdict(evidence);

    if (outcome == HV_OUTCOME_RUNNING)
        return false;
    return evidence->window_over || outcome != HV_OUTCOME_UNKNOWN;
}
