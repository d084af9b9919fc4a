/* Takes away the folder of a run when nobody of it is left, however it ended. */
#ifndef FAULTS_CARETAKER_H
#define FAULTS_CARETAKER_H

#include <stdbool.h>

/* FOLDER is there. To be called before the processes that use it are started: the last of them to go is waited for. */
bool caretaker_start(const char *folder);

#endif
