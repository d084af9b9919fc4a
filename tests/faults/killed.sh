#!/bin/sh
# A campaign that is killed leaves nothing in memory: neither the folder of its runs nor the journals in it. Usage: killed.sh FAULTS
set -u

"$1" --only migrate >/dev/null 2>&1 &
pid=$!
folder=/dev/shm/hvctl-faults-$pid
# A worker has begun when its journal is there, or the run is over, which fails below.
while kill -0 $pid 2>/dev/null && [ ! -e "$folder/0/hvctl/journal.db" ]; do :; done
if ! kill -KILL $pid; then
    echo 'the campaign had ended before it was killed' >&2
    exit 1
fi
wait $pid 2>/dev/null
# Until the test's own time is over.
while [ -e "$folder" ]; do :; done
