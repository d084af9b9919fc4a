/* SIGINT, SIGTERM and SIGHUP: the first asks to stop waiting, a second INT or TERM ends the process at once (ux.md 6). */
#ifndef CLI_SIGNALS_H
#define CLI_SIGNALS_H

#include <stdbool.h>
#include <termios.h>

/* Installs the handlers and ignores SIGPIPE: a reader that goes away shows as a failed write. */
void hv_signals_start(void);
/* The signal that came, 0 while none did. */
int hv_signals_caught(void);
/* As if NUMBER had come: a replay of a run that was interrupted. */
void hv_signals_pretend(int number);
/* 128 and the number of the signal that came. */
int hv_signals_exit_code(void);

/* While a prompt has the echo switched off: what to restore when a second signal ends the process. NULL: nothing any more. */
void hv_signals_guard_terminal(const struct termios *settings);

#endif
