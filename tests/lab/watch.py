#!/usr/bin/python3
"""Looks at a process from outside while it works, and lets it die of a signal that leaves a core file where that is allowed.

watch.py DIRECTORY FLAG COMMAND [ARGUMENT...]

Once the file FLAG is there, the command line, the environment and the memory map of the process are written to DIRECTORY, then it
gets SIGABRT in DIRECTORY. "core" there says whether the kernel wrote a core.
"""

import os
import resource
import signal
import subprocess
import sys
import time


def main():
    directory, flag, command = sys.argv[1], sys.argv[2], sys.argv[3:]
    hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
    child = subprocess.Popen(command, cwd=directory, stdin=subprocess.DEVNULL, stdout=open(directory + "/out", "wb"),
                             stderr=open(directory + "/err", "wb"),
                             preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_CORE, (hard, hard)))
    end = time.monotonic() + 60
    while not os.path.exists(flag):
        if child.poll() is not None or time.monotonic() > end:
            child.kill()
            raise SystemExit("watch.py: the moment to look did not come")
        time.sleep(0.05)
    for name in ("cmdline", "environ", "status"):
        with open("/proc/%d/%s" % (child.pid, name), "rb") as source, open(directory + "/" + name, "wb") as copy:
            copy.write(source.read())
    with open(directory + "/ps", "wb") as copy:
        subprocess.run(["ps", "-ef", "--forest"], stdout=copy, check=False)
    child.send_signal(signal.SIGABRT)
    _, status = os.waitpid(child.pid, 0)
    with open(directory + "/core-says", "w", encoding="ascii") as file:
        file.write("dumped\n" if os.WIFSIGNALED(status) and os.WCOREDUMP(status) else "no core, status %d\n" % status)


if __name__ == "__main__":
    main()
