/* What an option takes. */
#ifndef CLI_OPT_KIND_H
#define CLI_OPT_KIND_H

enum hv_opt_kind {
    HV_KIND_FLAG,
    HV_KIND_TEXT,
    HV_KIND_DURATION,
    HV_KIND_NUMBER,
    HV_KIND_PORT,
    HV_KIND_CHOICE, /* one of the words in ARGUMENT, which "|" parts */
    HV_KIND_PAIR,   /* NAME=VALUE */
};

#endif
