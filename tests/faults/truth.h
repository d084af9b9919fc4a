/* What is so about the setting that a scenario changes, in words that its BEFORE and ASKED can be compared with. */
#ifndef FAULTS_TRUTH_H
#define FAULTS_TRUTH_H

#include "scenario.h"
#include "world.h"

/* malloc()ed; NULL: out of memory. */
char *truth_tell(const struct world *world, const struct scenario *scenario);

#endif
