#!/bin/sh
# A pipeline's script: moves a VM with its storage, if Hyper-V says that it can. Usage: move_if_possible.sh VM FROM TO
set -u
vm=$1 from=$2 to=$3

code=0
hvctl check "$vm" --from "$from" --to "$to" --include-storage -q >/dev/null 2>&1 || code=$?
case $code in
0) ;;
3)
    echo "$vm stays on $from: it cannot move"
    exit 0
    ;;
*)
    echo "cannot tell whether $vm can move (hvctl ended with $code)"
    exit 1
    ;;
esac
if hvctl migrate "$vm" --from "$from" --to "$to" --include-storage -q >/dev/null 2>&1; then
    echo "$vm is on $to now"
else
    echo "$vm was not moved (hvctl ended with $?)"
    exit 1
fi
