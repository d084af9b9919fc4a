/* One allocation that fails, for tests of what the simulated host makes of that. Its meson.build wraps malloc and the like. */
#ifndef TESTS_SCARCE_H
#define TESTS_SCARCE_H

#include <stdbool.h>

/* Allocations left until one fails; negative: never. */
extern long scarce_countdown;
/* Ends the spell and tells whether it struck. */
bool scarce_struck(void);

#endif
