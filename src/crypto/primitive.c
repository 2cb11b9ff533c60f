#include "crypto/primitive.h"

#include <openssl/err.h>
#include <pthread.h>

static struct primitives primitives;
static bool fetched;

static void fetch_all(void)
{
    primitives = (struct primitives){
        .sha1 = EVP_MD_fetch(NULL, "SHA1", NULL),
        .sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL),
        .hmac = EVP_MAC_fetch(NULL, "HMAC", NULL),
        .cmac = EVP_MAC_fetch(NULL, "CMAC", NULL),
        .aes_128_ecb = EVP_CIPHER_fetch(NULL, "AES-128-ECB", NULL),
        .aes_192_ecb = EVP_CIPHER_fetch(NULL, "AES-192-ECB", NULL),
        .aes_256_ecb = EVP_CIPHER_fetch(NULL, "AES-256-ECB", NULL),
        .aes_256_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL),
        .aes_128_cbc = EVP_CIPHER_fetch(NULL, "AES-128-CBC", NULL),
        .aes_192_cbc = EVP_CIPHER_fetch(NULL, "AES-192-CBC", NULL),
        .aes_256_cbc = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL),
        .tdes_ecb = EVP_CIPHER_fetch(NULL, "DES-EDE3-ECB", NULL),
        .tdes_cbc = EVP_CIPHER_fetch(NULL, "DES-EDE3-CBC", NULL),
    };
    fetched = primitives.sha1 != NULL && primitives.sha256 != NULL && primitives.hmac != NULL &&
              primitives.cmac != NULL && primitives.aes_128_ecb != NULL && primitives.aes_192_ecb != NULL &&
              primitives.aes_256_ecb != NULL && primitives.aes_256_gcm != NULL && primitives.aes_128_cbc != NULL &&
              primitives.aes_192_cbc != NULL && primitives.aes_256_cbc != NULL && primitives.tdes_ecb != NULL &&
              primitives.tdes_cbc != NULL;
    ERR_clear_error();
}

status primitives_get(const struct primitives **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, fetch_all);
    *out = &primitives;
    return fetched ? OK : SYSTEM_FAULT;
}

status primitive_refused(void)
{
    ERR_clear_error();
    return INTERNAL;
}
