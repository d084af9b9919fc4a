/* The only state of the command at file scope: what a signal handler can reach. */
#include "cli/signals.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t caught;
static volatile sig_atomic_t is_guarded;
static struct termios guarded;

static void on_signal(int number) {
    if (caught != 0 && number != SIGHUP) {
        if (is_guarded)
            (void)tcsetattr(STDIN_FILENO, TCSANOW, &guarded);
        _exit(128 + number);
    }
    if (caught == 0)
        caught = number;
}

void hv_signals_start(void) {
    static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
    struct sigaction action;
    struct sigaction old;

    memset(&action, 0, sizeof(action));
    (void)sigemptyset(&action.sa_mask);
    action.sa_handler = on_signal; /* no SA_RESTART: a prompt must end */
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        /* What nohup or a shell's background job ignores stays ignored. */
        if (sigaction(numbers[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
            (void)sigaction(numbers[i], &action, NULL);
    }
    action.sa_handler = SIG_IGN;
    (void)sigaction(SIGPIPE, &action, NULL);
    /* A journal or a trace at the limit of its size is a failed write, and no reason to leave a move. */
    (void)sigaction(SIGXFSZ, &action, NULL);
}

int hv_signals_caught(void) {
    return caught;
}

void hv_signals_pretend(int number) {
    caught = number;
}

int hv_signals_exit_code(void) {
    return 128 + caught;
}

void hv_signals_guard_terminal(const struct termios *settings) {
    is_guarded = 0;
    if (!settings)
        return;
    guarded = *settings;
    is_guarded = 1;
}
