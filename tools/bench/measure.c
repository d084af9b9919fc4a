/*
 * Runs a command and prints what it took: "CPU-MICROSECONDS PEAK-KIB MICROSECONDS" on the file descriptor 3. The kernel's own
 * account of the child (wait4) counts all its threads, and nothing of this process. Usage: measure COMMAND ARGUMENT... 3>FILE
 */
#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { REPORT = 3 };

static long long microseconds(const struct timeval *time) {
    return (long long)time->tv_sec * 1000000 + time->tv_usec;
}

/* As vfork: a forked child would begin with the peak memory of this process. Returns 0 or an errno. */
static int start(char **command, pid_t *ret_pid) {
    posix_spawn_file_actions_t actions;
    int code = posix_spawn_file_actions_init(&actions);

    if (code)
        return code;
    code = posix_spawn_file_actions_addclose(&actions, REPORT);
    if (code == 0)
        code = posix_spawnp(ret_pid, command[0], &actions, NULL, command, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    return code;
}

int main(int argc, char **argv) {
    struct rusage usage;
    struct timespec begin;
    struct timespec end;
    int status;
    pid_t pid;
    int code;

    if (argc < 2) {
        (void)fprintf(stderr, "usage: measure COMMAND ARGUMENT... 3>FILE\n");
        return 2;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &begin);
    code = start(argv + 1, &pid);
    if (code == 0 && wait4(pid, &status, 0, &usage) < 0)
        code = errno;
    if (code) {
        (void)fprintf(stderr, "measure: %s: %s\n", argv[1], strerror(code));
        return 2;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &end);
    if (dprintf(REPORT, "%lld %ld %lld\n", microseconds(&usage.ru_utime) + microseconds(&usage.ru_stime), usage.ru_maxrss,
                (long long)(end.tv_sec - begin.tv_sec) * 1000000 + (end.tv_nsec - begin.tv_nsec) / 1000) < 0)
        return 2;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
