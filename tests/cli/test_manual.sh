#!/bin/sh
# The help and the manual page name the same commands and options.
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

scenario 'version'
hvctl --version
exit_is 0
out_has 'hvctl '
out_has 'Apache-2.0'
out_has 'sign-in: negotiate, kerberos, ntlm, credssp, certificate, basic'

finish
