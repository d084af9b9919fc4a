/* One command line, from its words to its exit code. */
#ifndef CLI_RUN_H
#define CLI_RUN_H

int hv_run_command_line(int argc, char *const *argv);

#endif
