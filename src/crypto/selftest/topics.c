#include "crypto/selftest/topics.h"

const struct vector_topic *const vector_topics[] = {
    &ff1_topic,
    &tr31_topic,
    &tr31_kdf_topic,
    &dukpt_topic,
    &emv_arpc_topic,
    &emv_arqc_topic,
    &emv_cvn_profiles_topic,
    &emv_scripts_topic,
    &emv_session_keys_topic,
    &emv_udk_topic,
    &amex_csc_topic,
    &cvc3_topic,
    &cvv_topic,
    &dcvv_topic,
    &ibm3624_topic,
    &kcv_topic,
    &luhn_topic,
    &pinblock_topic,
    &pvv_topic,
    NULL,
};
