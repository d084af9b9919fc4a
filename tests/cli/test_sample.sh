#!/bin/sh
# The command lines of the seed program.
. "$(dirname "$0")/lib.sh"
start_hosts --migrate-seconds 1 --time-scale 20

scenario 'vm-simple-check'
hvctl sample vm-simple-check "$hv01" "$hv02" web01
exit_is 0
sent 1 '.method == "CheckVirtualSystemIsMigratable"'
sent 0 '.method == "MigrateVirtualSystemToHost"'
hvctl sample vm-simple-check "$hv01" "$hv02" 'old lab'
exit_is 3

scenario 'vm-simple'
hvctl sample vm-simple "$hv01" "$hv02" web01
exit_is 0
vm_is_at 0A1B2C02-3D4E-4F50-8A6B-7C8D9E0F1002 hv02

scenario 'vm-and-storage-simple, its name in another case'
hvctl sample VM-And-Storage-Simple "$hv01" "$hv02" 'db & <test> "one"'
exit_is 0
vm_is_at 0A1B2C03-3D4E-4F50-8A6B-7C8D9E0F1003 hv02

scenario 'wrong use'
hvctl sample vm-simple "$hv01" "$hv02"
exit_is 2
hvctl sample no-such-mode "$hv01" "$hv02" web01
exit_is 2
err_has 'no-such-mode'

finish
