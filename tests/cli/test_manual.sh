#!/bin/sh
# The help and the manual page name the same commands and options, and examples do what they say.
. "$(dirname "$0")/lib.sh"
page=$(dirname "$0")/../../src/cli/hvctl.1.scd

scenario 'help'
hvctl help
exit_is 0
err_is_empty
sed -n 's/^  hvctl \([a-z -]*[a-z]\)  .*/\1/p' "$work/out" >"$work/commands"
check 'it lists commands' [ "$(wc -l <"$work/commands")" -gt 10 ]
while read -r command <&5; do
    # "vm list" is two words.
    # shellcheck disable=SC2086
    hvctl help $command
    exit_is 0
    check 'examples come first' [ "$(sed -n 3p "$work/out")" = Examples: ]
    # shellcheck disable=SC2086
    hvctl $command --help
    exit_is 0
    err_is_empty
    scenario="manual: $command"
    check 'the page has it' grep -qF "*${command%% *}" "$page"
done 5<"$work/commands"

scenario 'options'
for command in migrate move-storage check 'vm shutdown' 'vm set' 'staged set' 'staged discard' 'host config' 'host network set' 'job follow' 'wsman enumerate' 'wsman invoke' 'wsman put' \
    'wsman identify' 'wsman subscribe' trust 'auth login'; do
    # shellcheck disable=SC2086
    hvctl help $command
    sed -n 's/^  \(-[a-zA-Z], \|    \)--\([a-z-]*\).*/\2/p' "$work/out"
done | sort -u >"$work/options"
check 'there are many' [ "$(wc -l <"$work/options")" -gt 40 ]
while read -r option <&5; do
    check "the page has --$option" grep -qF -- "*--$option*" "$page"
done 5<"$work/options"

scenario 'examples'
start_hosts
example() {
    hvctl "$@"
    exit_is 0
}
# What one makes the next ones change and remove.
for command in create identify get enumerate put class invoke delete; do
    hvctl help wsman "$command"
    sed -n '/^Examples:/,/^$/s/^  *\(hvctl \)\{0,1\}/\1/p' "$work/out" | sed -e 's/^hvctl /example /' \
        -e "s|-H hv01|-H $hv01|" -e 's/\([=:"]\)GUID/\10A1B2C01-3D4E-4F50-8A6B-7C8D9E0F1001/' >"$work/examples"
    # shellcheck disable=SC1091
    . "$work/examples"
done
stop_hosts

scenario 'version'
hvctl --version
exit_is 0
out_has 'hvctl '
out_has 'Apache-2.0'
out_has 'sign-in: negotiate, kerberos, ntlm, credssp, certificate, basic'

finish
