/* What came back for one HTTP request; whether it is good or bad news is for wsman to say. */
#ifndef BASE_ANSWER_H
#define BASE_ANSWER_H

#include <stddef.h>

struct hv_answer {
    int status;               /* HTTP status */
    const char *content_type; /* NULL when absent */
    const char *bytes;
    size_t n_bytes;
    const char *location; /* of a redirect, which is never followed; NULL when absent */
};

#endif
