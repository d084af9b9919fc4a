# shellcheck shell=sh
# Certificates that no real authority would give: expired, for another host, by nobody. Sourced, with $work set. Made by openssl(1),
# which shares no code of ours, in $work/ca; each NAME is NAME.pem and NAME.key.
#
#     ca_start
#
# Authorities: ca, and stranger, which nobody is told to trust. Servers, all by ca unless said: good (localhost, *.localhost by name,
# 127.0.0.1), expired, future (not valid yet), elsewhere (for elsewhere.example.test), unknown (as good, by stranger), lone
# (self-signed), sha384 (signed with SHA-384, an elliptic key). Clients: client (UPN tester@localhost), client-other (other@localhost),
# client-expired, client-unknown (as client, by stranger), client-purpose (for servers only), client-encrypted (client, its key under
# the password in $work/ca/key-password). joined.pem: good's chain.

work=${work:?a directory of this run}
upn=1.3.6.1.4.1.311.20.2.3

ca_run() {
    "$@" >"$work/ca/out" 2>&1 || {
        printf 'Bail out! %s: %s\n' "$*" "$(tail -n 3 "$work/ca/out" | tr '\n' ' ')"
        exit 1
    }
}

# ca_new NAME: an authority
ca_new() {
    mkdir "$work/ca/$1.d"
    : >"$work/ca/$1.d/index"
    cat >"$work/ca/$1.d/conf" <<END
[ca]
default_ca = it
[it]
database = $work/ca/$1.d/index
new_certs_dir = $work/ca/$1.d
certificate = $work/ca/$1.pem
private_key = $work/ca/$1.key
default_md = sha256
policy = any
unique_subject = no
rand_serial = yes
[any]
commonName = supplied
END
    ca_run openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/ca/$1.key" -out "$work/ca/$1.pem" -days 30 -subj "/CN=lab $1" \
        -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
}

# ca_sign NAME AUTHORITY SUBJECT START END EXTENSIONS: START and END are what date(1) understands; an extension a line. The key is
# $ca_key, the digest $ca_digest.
ca_sign() {
    printf '%s\nkeyUsage = digitalSignature\n' "$6" >"$work/ca/extensions"
    cp "$ca_key" "$work/ca/$1.key"
    ca_run openssl req -new -key "$ca_key" -subj "/CN=$3" -out "$work/ca/$1.csr"
    ca_run openssl ca -batch -config "$work/ca/$2.d/conf" -notext -md "$ca_digest" -extfile "$work/ca/extensions" \
        -startdate "$(date -u -d "$4" +%Y%m%d%H%M%SZ)" -enddate "$(date -u -d "$5" +%Y%m%d%H%M%SZ)" \
        -in "$work/ca/$1.csr" -out "$work/ca/$1.pem"
}

# ca_server NAME AUTHORITY START END HOST,HOST...
ca_server() {
    ca_sign "$1" "$2" "${5%%,*}" "$3" "$4" "extendedKeyUsage = serverAuth
subjectAltName = $(printf '%s' "$5" | sed 's/\(^\|,\)\([^0-9]\)/\1DNS:\2/g; s/\(^\|,\)\([0-9]\)/\1IP:\2/g')"
}

# ca_client NAME AUTHORITY USER START END [PURPOSE]
ca_client() {
    ca_sign "$1" "$2" "$3" "$4" "$5" "extendedKeyUsage = ${6:-clientAuth}
subjectAltName = otherName:$upn;UTF8:$3@localhost"
}

ca_start() {
    rm -rf "$work/ca"
    mkdir -p "$work/ca"
    ca_new ca
    ca_new stranger
    # One key serves many: making them is what takes time.
    ca_key=$work/ca/shared.key
    ca_digest=sha256
    ca_run openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out "$ca_key"
    here=localhost,hv01.localhost,hv02.localhost,hv01.example.test,hv02.example.test,127.0.0.1,127.0.0.2
    ca_server good ca '1 day ago' '20 days' $here
    ca_server expired ca '20 days ago' '1 day ago' $here
    ca_server future ca '2 days' '20 days' $here
    ca_server elsewhere ca '1 day ago' '20 days' elsewhere.example.test
    ca_server unknown stranger '1 day ago' '20 days' $here
    ca_run openssl req -x509 -key "$work/ca/shared.key" -out "$work/ca/lone.pem" -days 20 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1
    cp "$work/ca/shared.key" "$work/ca/lone.key"
    ca_client client ca tester '1 day ago' '20 days'
    ca_client client-other ca other '1 day ago' '20 days'
    ca_client client-expired ca tester '20 days ago' '1 day ago'
    ca_client client-unknown stranger tester '1 day ago' '20 days'
    ca_client client-purpose ca tester '1 day ago' '20 days' serverAuth
    ca_key=$work/ca/curve.key
    ca_digest=sha384
    ca_run openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-384 -out "$ca_key"
    ca_server sha384 ca '1 day ago' '20 days' $here
    od -An -N12 -tx1 /dev/urandom | tr -d ' \n' >"$work/ca/key-password"
    cp "$work/ca/client.pem" "$work/ca/client-encrypted.pem"
    ca_run openssl pkcs8 -topk8 -in "$work/ca/client.key" -passout "file:$work/ca/key-password" -out "$work/ca/client-encrypted.key"
    cat "$work/ca/good.pem" "$work/ca/ca.pem" >"$work/ca/joined.pem"
}
