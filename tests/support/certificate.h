/* Certificates for the tests, made on the spot. */
#ifndef SUPPORT_CERTIFICATE_H
#define SUPPORT_CERTIFICATE_H

#include <openssl/x509.h>

struct loopback_certificate {
    X509 *x509;
    EVP_PKEY *key;
};

/* NAMES as "IP:127.0.0.1,DNS:localhost", NULL for a certificate authority. ISSUER NULL: self-signed. Seconds from now. */
struct loopback_certificate loopback_certificate(const char *names, const struct loopback_certificate *issuer, long valid_from,
                                                 long valid_to);
void loopback_certificate_free(struct loopback_certificate *certificate);
/* Writes the certificate to a new file; unlink and free the name. */
char *loopback_certificate_file(const struct loopback_certificate *certificate);
/* Its key alone, likewise; PASSWORD NULL: not encrypted. */
char *loopback_key_file(const struct loopback_certificate *certificate, const char *password);
/* Says what it is for, as "clientAuth"; ISSUER signs it again. */
void loopback_certificate_limit(struct loopback_certificate *certificate, const struct loopback_certificate *issuer,
                                const char *purpose);
/* The same for an authority, followed by its list of revoked certificates, which has REVOKED alone; NULL: it is empty. */
char *loopback_crl_file(const struct loopback_certificate *authority, const struct loopback_certificate *revoked);

#endif
