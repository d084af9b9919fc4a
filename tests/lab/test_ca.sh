#!/bin/sh
# What the certificates of the tests are good for, as openssl(1) sees it.
. "$(dirname "$0")/../cli/lib.sh"
. "$(dirname "$0")/ca.sh"

# judged NAME TEXT [OPTIONS of verify]
judged() {
    name=$1
    text=$2
    shift 2
    said="verify $name"
    openssl verify -CAfile "$work/ca/ca.pem" "$@" "$work/ca/$name.pem" >"$work/out" 2>"$work/err"
    cat "$work/err" >>"$work/out"
    out_has "$text"
    check "$name has its key" [ "$(openssl x509 -noout -pubkey -in "$work/ca/$name.pem")" = \
        "$(openssl pkey -pubout -in "$work/ca/$name.key" -passin "file:$work/ca/key-password")" ]
}

ca_start
scenario 'servers'
judged good ': OK' -purpose sslserver -verify_hostname hv01.localhost
judged good ': OK' -verify_ip 127.0.0.1
judged sha384 ': OK' -purpose sslserver -verify_hostname localhost
judged expired 'has expired'
judged future 'not yet valid'
judged elsewhere 'ostname mismatch' -verify_hostname localhost
judged unknown 'unable to get local issuer'
judged lone 'self-signed'
scenario 'clients'
judged client ': OK' -purpose sslclient
judged client-other ': OK' -purpose sslclient
judged client-encrypted ': OK' -purpose sslclient
judged client-expired 'has expired'
judged client-unknown 'unable to get local issuer'
judged client-purpose 'urpose' -purpose sslclient
check 'the key of client-encrypted is' grep -q 'BEGIN ENCRYPTED' "$work/ca/client-encrypted.key"
check 'the UPN is in the certificate' [ "$(openssl asn1parse -in "$work/ca/client.pem" -strparse "$(openssl asn1parse -in \
    "$work/ca/client.pem" | sed -n '/Subject Alternative Name/{n;s/^ *\([0-9]*\):.*/\1/p}')" | grep -c 'tester@localhost')" = 1 ]
finish
