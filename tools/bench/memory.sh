#!/bin/sh
# Peak memory of listing 1,000 and 100,000 instances. The kernel counts every page of the libraries that was touched, so what a
# program needs that links the same ones and does nothing is told beside it.
# shellcheck disable=SC1091
. "$(dirname "$0")/lib.sh"

scenario 'peak memory of a listing'
measured floor "$FLOOR"
for n in 1000 100000; do
    start_hosts --hosts hv01 --bulk "Hvsim_Bulk=$n"
    for _ in 1 2 3; do
        lists jsonl "jsonl.$n"
    done
    check "there were $n" [ "$(wc -l <"$work/out")" = "$n" ]
done
few=$(largest jsonl.1000 2)
many=$(largest jsonl.100000 2)
# Which pages of a library the kernel maps beside the touched ones differs from run to run.
within "100,000 instances against 1,000, $many KiB against $few" "$(ratio "$many" "$few")" 1.05
within "KiB at the peak, $(largest floor 2) of them before anything is done" "$many" 16384
finish
