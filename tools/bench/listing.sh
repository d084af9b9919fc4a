#!/bin/sh
# CPU of listing 10,000 instances of 30 properties, against that of curl fetching the same bytes over HTTPS and xmllint reading
# them. They are run in turns.
# shellcheck disable=SC1091
. "$(dirname "$0")/lib.sh"
need curl xmllint openssl

# The other server: gives out the files of $work/www. One document of all the answers spares curl what hvctl cannot avoid, a
# request for each.
serve() {
    openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/cert.pem" -days 2 -subj /CN=bench \
        -addext subjectAltName=IP:127.0.0.1 2>"$work/openssl.err" || exit 1
    mkfifo "$work/accept"
    (cd "$work/www" && exec openssl s_server -WWW -accept 127.0.0.1:0 -cert ../cert.pem -key ../key.pem) \
        </dev/null >"$work/accept" 2>"$work/openssl.err" &
    server_pid=$!
    exec 5<"$work/accept"
    while read -r word address <&5; do
        [ "$word" != ACCEPT ] || break
    done
    url=https://127.0.0.1:${address##*:}/all.xml
}

stop() {
    kill "$server_pid" 2>/dev/null
    wait "$server_pid" 2>/dev/null
}

scenario 'listing 10,000 instances'
start_hosts --hosts hv01 --bulk Hvsim_Bulk=10000
mkdir "$work/www"
lists xml ignored
{
    printf '<all>'
    sed 's/<?xml[^>]*?>//g' "$work/out"
    printf '</all>\n'
} >"$work/www/all.xml"
lists jsonl ignored
check 'there are 10,000 of 30 properties' [ "$(jq -s 'length == 10000 and (map(.properties | length) | max) == 30' "$work/out")" = true ]
serve
for _ in 1 2 3 4 5 6 7 8 9; do
    lists jsonl jsonl
    lists json json
    measured curl curl -sS --fail --cacert "$work/cert.pem" "$url" -o "$work/got.xml"
    check 'curl got the same bytes' cmp -s "$work/got.xml" "$work/www/all.xml"
    measured xmllint xmllint --noout --stream "$work/got.xml"
done
stop
base=$(($(median curl 1) + $(median xmllint 1)))
for format in jsonl json; do
    own=$(median "$format" 1)
    within "CPU as $format, $own us against $(median curl 1) of curl and $(median xmllint 1) of xmllint" "$(ratio "$own" "$base")" 1.00
done
finish
