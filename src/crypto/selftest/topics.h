/*
 * The topics of test vectors: one a kind of file, each in a file of its own beside this one.
 */
#ifndef CRYPTO_SELFTEST_TOPICS_H
#define CRYPTO_SELFTEST_TOPICS_H

#include "crypto/selftest/vectors.h"

extern const struct vector_topic ff1_topic, tr31_topic, tr31_kdf_topic;
extern const struct vector_topic dukpt_topic;
extern const struct vector_topic emv_arpc_topic;
extern const struct vector_topic emv_arqc_topic;
extern const struct vector_topic emv_cvn_profiles_topic;
extern const struct vector_topic emv_scripts_topic;
extern const struct vector_topic emv_session_keys_topic;
extern const struct vector_topic emv_udk_topic;
extern const struct vector_topic amex_csc_topic;
extern const struct vector_topic cvc3_topic;
extern const struct vector_topic cvv_topic;
extern const struct vector_topic dcvv_topic;
extern const struct vector_topic ibm3624_topic;
extern const struct vector_topic kcv_topic;
extern const struct vector_topic luhn_topic;
extern const struct vector_topic pinblock_topic;
extern const struct vector_topic pvv_topic;

#endif
