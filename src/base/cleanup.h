/* Release at scope end: HV_CLEANUP(hv_epr_free) struct hv_epr *epr = NULL; on success hand it over and set the local to NULL. */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

#include <stdlib.h>

#define HV_ATTR_CLEANUP(fn)           __attribute__((__cleanup__(fn)))
#define HV_ATTR_PRINTF(format, first) __attribute__((__format__(__printf__, format, first)))
#define HV_MUST_CHECK                 __attribute__((__warn_unused_result__))

/* Makes the function HV_CLEANUP(free_fn) needs from one that takes the pointer itself. */
#define HV_DEFINE_CLEANUP(type, free_fn)                                                                                         \
    static inline void free_fn##_p(type *pointer) {                                                                              \
        if (*pointer)                                                                                                            \
            (void)free_fn(*pointer);                                                                                             \
    }
#define HV_CLEANUP(free_fn) HV_ATTR_CLEANUP(free_fn##_p)

static inline void hv_free_p(void *pointer) {
    free(*(void **)pointer);
}
/* For memory from malloc: HV_CLEANUP_FREE char *text = NULL; */
#define HV_CLEANUP_FREE HV_ATTR_CLEANUP(hv_free_p)

#endif
