/* pubKeyAuth before its encryption: the key and the key plus one, or SHA-256 of a label, the nonce and the key. */
#include "transport/key_proof.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "base/error.h"
#include "transport/tsrequest.h"

enum { DIGEST_SIZE = 32 };

/* The NUL at their ends is hashed too. */
static const char from_client[] = "CredSSP Client-To-Server Binding Hash";
static const char from_server[] = "CredSSP Server-To-Client Binding Hash";

static bool digest(const struct hv_key_proof *proof, const char label[sizeof(from_client)], unsigned char ret[DIGEST_SIZE]) {
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    bool done = context && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1 &&
                EVP_DigestUpdate(context, label, sizeof(from_client)) == 1 &&
                EVP_DigestUpdate(context, proof->nonce, HV_TS_NONCE_SIZE) == 1 &&
                EVP_DigestUpdate(context, proof->key, proof->n_key) == 1 && EVP_DigestFinal_ex(context, ret, NULL) == 1;

    EVP_MD_CTX_free(context);
    return done;
}

int hv_key_proof_build(const struct hv_key_proof *proof, struct hv_buf *out, struct hv_error *err) {
    unsigned char hash[DIGEST_SIZE];

    if (proof->version < HV_CREDSSP_VERSION_HASH)
        hv_buf_append(out, proof->key, proof->n_key);
    else if (digest(proof, from_client, hash))
        hv_buf_append(out, hash, sizeof(hash));
    else
        return hv_error_memory(err);
    return hv_buf_finish(out, "the proof of the key", err);
}

bool hv_key_proof_check(const struct hv_key_proof *proof, const void *answer, size_t n_answer) {
    const unsigned char *key = proof->key;
    const unsigned char *said = answer;
    unsigned char hash[DIGEST_SIZE];
    unsigned char first;

    if (proof->version >= HV_CREDSSP_VERSION_HASH)
        return digest(proof, from_server, hash) && n_answer == sizeof(hash) && CRYPTO_memcmp(said, hash, sizeof(hash)) == 0;
    if (proof->n_key == 0 || n_answer != proof->n_key)
        return false;
    first = (unsigned char)(key[0] + 1);
    return (CRYPTO_memcmp(said, &first, 1) | CRYPTO_memcmp(said + 1, key + 1, n_answer - 1)) == 0;
}
