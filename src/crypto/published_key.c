#include "crypto/published_key.h"

#include <assert.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { PART_LEN = 8, PARITY_LEN_MIN = 16, PARITY_LEN_MAX = 24, DIGEST_HEX_LEN = 2 * crypto_hash_sha256_BYTES };

/*
 * Sorted. A row is the SHA-256 of the key's bytes: of 16 and 24 bytes with the lowest bit of each cleared, and of 24
 * without the last eight when they are the first eight again. Of 0123456789ABCDEFFEDCBA9876543210, for one:
 *
 *   printf 0022446688AACCEEFEDCBA9876543210 | xxd -r -p | sha256sum
 *
 * Behind each stands where the key is published; a CSV is one of selftest/vectors.
 */
static const char table[][DIGEST_HEX_LEN + 1] = {
    "007fea8ba423f82530569e5ed653781c8e32227871ce2bbb3dd66792072af488", // HSM test LMK 08-09
    "03b037530fc348a7861ffd22557f0b40751e960667cecc48f59304efbb76b6c1", // tr31.csv
    "0699cdb229eb4e230de0b1d5a52217c17051f8940081ac14dd27ba57dcc020c0", // cvc3.csv
    "0967d7c9c06bdf81ae94129dbb905a815c006d59e6226b8c635b1584350bf3b4", // pinblock.csv
    "0e036f05968018cf5fae9b8fc86ef5a6ebdee6e7f1b0ddb683c81c7eca68137b", // HSM test LMK 16-17
    "14e19bc45731091bc25475379eb1e3fb45985f48bffa63816aea9028b98a77b5", // HSM test LMK 14-15
    "1acb5200ee420f662537b2410287cc5d7c0bb3ea7b3ba37c5f8b58793fde1b7c", // 0123456789ABCDEF and its like
    "1bc02c7281b2fa9842c2ef257124421c0a6e3f8d7a042836a8af5101866ee205", // emv_session_keys.csv
    "1c0edbf49d8a29d501b2708db7b4264232c28e7eb997be05eeda289aa03814cc", // cvv.csv
    "20d0e4419d940a6b9f7d342bbb2a543459dd9dc5ddbfb4d52ed384e36170a21d", // tr31.csv
    "2646623986467cda7f692fe561cfa9fe5dbb523ad26a6b7bad2bb99ec08055f9", // pinblock.csv
    "2c1609bf3ba622c5cc58b70f3368769e76c579f22e1d24a3440f5496e0a17158", // HSM test LMK 06-07
    "364d4c81a8b9fea5042e29ac22962140596adfaafbc5344b4dc734a914c82a06", // 0123456789ABCDEF and its like
    "38216bd6f6bc1dc8f486a386549fd1a1322b26e93da0fe55e1b9b1bf9460838f", // emv_scripts.csv
    "3a5b70e6d789b7a940787709d362f7265b522696ffdcda02db27386ee811e26b", // tr31.csv
    "3cf817e25b6559874f9b416740959e5051c3b91a26f3434d8b69d8237605a817", // FIPS 197, A.1
    "3d315ce3ff8f17459894b6c821caf9730cd2c2591a62010235e1ac5bcf00fb8e", // HSM test LMK 32-33
    "41127b9053f715347bbba55297be9a3cb163f5c1fc3726a2091d05414339ed3a", // pinblock.csv
    "43d5aeeda64e9c057f0c42f977b1bfc0527c067d91bc6d7caacbfa840a3c9bb1", // emv_session_keys.csv
    "466c0431b8c9f239cec6db131bf76081a2bfca7422cab9a7111db5399f9e0382", // ANSI X9.24-3, initial key
    "4884fdaafea47c29fea7159d0daddd9c085d6200e1359e85bb81736af6b7c837", // 0123456789ABCDEF and its like
    "491ed5e60e5872452515d11904e820dbc21102ccbbb9a25079036487fe47e2d2", // FIPS 197, A.2
    "4a0aa100f8759884f3b9d12ee81b65127a2b486b79d18d19be018e5a6961595e", // cvc3.csv
    "4e3fd7f289d92c04454c73786b4e572341007e2b4f63fea52309467a5ac077fc", // kcv.csv
    "4e75b30c72753a4378320a8b6725b484d43f0423a4aa44189e4f6b15c4ae055f", // tr31.csv
    "4ec7b964313e5d3cc80e6b4fb0b7ab23ab87837791442efec8d9ee3ff0b82f07", // emv_scripts.csv
    "512b121a720539b305606ba03273c0fbd01d9f2b5150ce1f23a00d66b0b52491", // 0123456789ABCDEF and its like
    "53690e72f8069b7d408b8c21d21ae3f1c26e04c43b31d40f43ef7644edae2b31", // 0123456789ABCDEF and its like
    "596ebf3e1578a71bb05a3b828cd557d384653a069dad32b011a7ef99e1f15cd7", // NIST FF1 samples
    "5a866a213042fe6392fa8885ef57db0fc0b39bc7f0a4155a169c434df14e5d9e", // emv_scripts.csv
    "5c1c36fa73d16f77c6182970d5c055f87b25f5ea5ab444423f9ef951fa5b592e", // emv_session_keys.csv
    "5ca0826e3c03342e7725bea480cb327cb72c0e760957f37af7d4112ecdd850f3", // pinblock.csv
    "5da27b33a5452c41d090fb4de6939cbc5bb79f69f48484cccbafca6333ae0b57", // cvv.csv
    "5df9fb8172e62116d42bd4719d9da1da3c443f1aca770725bd1b4554adba6adf", // 0123456789ABCDEF and its like
    "5f92a17dd43834e7ed4d77624a74bca7fdecf380536722f8a8d512ca06e65179", // kcv.csv
    "604b4203c4d1652f03641a86eb4bc5b31ce6d041cfdfbb3667bcba6a0f8da6d0", // NIST SP 800-38B, D.4
    "630f914b0446a7e28f661e8d39c3402c87b68d57676c01829e0e7466a8ddf915", // pinblock.csv
    "675581d9c98382e7d5614f41eedc21f8211cc80c3eefc3c40d0d4b5b1f974929", // HSM test LMK 30-31
    "6950630a31f28f9654a5078e6970e4e3e8d10a0bfeb5c885b84465062ec3aac0", // HSM test LMK 28-29
    "69f274af9e437f91101717671b8182dd3f0d55945e5a1ce3f7d0836b7f0cfc65", // tr31.csv
    "6a38f063a4415c0a345669cba9fc41250d312c14f4877c8744b2fc0e9de55760", // emv_scripts.csv
    "6aebc18877f8155326a55d823babe41287ce3ad012449d10f2b0da21347942ce", // kcv.csv
    "6eb1d683251ff71fe52fb79df04c363b53a76e5495ac1f0361a3ffe07271cc97", // pinblock.csv
    "6ed52df578f7fd93970bd800d9125dece1839c18a33f50bfdadb6ea1b05d762d", // emv_session_keys.csv
    "71f52ca54d431269e6392c0ca3882e50061e0b491581ed14cf477d850ff4c430", // HSM test LMK, key block, triple DES
    "727ea6e5fcc09b0db66f3dcfd227959a57d9862137b475da61d55b7b56aadb2a", // pinblock.csv
    "72c5aec2692fe0697917ffe2b603ffca5c5b53e74f77f5e3895987d39c796c61", // cvc3.csv
    "7b973cdf367814633788251d39a1770f69bcc325ec9e921fa1e9e19e494b08cd", // cvv.csv
    "7e4750c8c887cee034d90ad465b02783b29a3707af2b89affd1261aa6a515c2b", // tr31.csv
    "80bd8e7e97e956aa953a787d3c19b8b055f897cba1eccf5a1bc42fec5fab17f8", // kcv.csv
    "80d74e9d768b9eb78ff2105d60e0a98e9e911875b847d882e54d08a5a2b8b06f", // emv_scripts.csv
    "86a87194e4d1e328aa7fddcccc46ae3e0d60e914772d3af97f171bfa27178561", // HSM test LMK 34-35
    "86b9896566fd5d56ec142dd94475867166a9740eb7e4771f47a6cf7e18d73af9", // kcv.csv
    "870e0491e8c7daa2104fecce5098ea169a4f6eb8d59873f0549fec45f6e2688c", // dukpt.csv
    "8a8dcd7e64fd084b4ab3948d174ab8a1ed360c931f52d625e5c02d74e5c2792b", // tr31.csv
    "8bfe526f6c940f6a5d3b29369cf04888ce64072ff5d9675dd2d8f7f179f6785b", // tr31.csv
    "8cc498b5fc1381eb67906e51f9c8369b2a5fc166a598d9d775030c71d71ac328", // 0123456789ABCDEF and its like
    "8d8fab82e74770916dd7a1ddcc9603be9a3e2e11aa31fb71986522435b74e0ed", // kcv.csv
    "97a06cbcb8cf16dc118521c25b1b6984a810ca9ef63b659182d63e9b8e581a15", // cvv.csv
    "991642493ee50f8b8bbe4f65ca096abc9d597a7d84fd33b9fdfe6175b272573b", // ANSI X9.24-1, initial key
    "9f638fd002674d9160975cd9585358cb924a65061a531c8c7fede6084e3da9dc", // emv_session_keys.csv
    "a1bb2c9effc60013da960b42587bb2cc5e51557864500268ff4e3f7da51e6501", // 0123456789ABCDEF and its like
    "a221b3716d05c5e08782f2978c025f3bafbc75ea71d9c14fe2b8407e5697ddd5", // cvc3.csv
    "ab9e1ada28250376fff58c1491a9b5bd102da171112edd48fdbdd0431e3e251e", // emv_session_keys.csv
    "ac137eb66d1922eb77e2cf96c702b402309a1e3844416f111d031994276f995e", // HSM test LMK 22-23
    "acc26758222c468d86a49e1fcaef14f2fc7d8db1da3241f2d608ee535b79d6fa", // NIST SP 800-67, appendix B
    "b1ce900310925dda4ef8c4cc35bc989fcb2c2950b937e07b83211520df3a3140", // HSM test LMK 24-25
    "b3fa116aa2e85c62b4c8c4e6b7d480f9b00585bc631ef53641ca1a4c31db4bb1", // HSM test LMK 00-01
    "b619bc2489e10cf6edd74c66e0e9f20d711727c6109e5d0d7ff205ce109698b9", // HSM test LMK 10-11
    "b93c72b74bc8487d29827005f80d635918f91bc22b14d7ed05714d58f96702dd", // FIPS 197, A.3
    "bb39dbef937a60eef7db0fc71b362a0f99eef1a5cf5bbff11c6a00e053d3feed", // HSM test LMK 20-21
    "be7804413466d32f5f10daf28670497759bff2acbc3f7d40950a58bb4e22c178", // HSM test LMK 04-05
    "bff2c6fce3b9cd3b9e6ec8f8566d5e6ae49d1c33dc4df2882fa1b2fe15762794", // amex_csc.csv
    "c55daee1a3a7a7610f1cbfee32fe3ad639fab770f211aeda993319c6e2d75e5c", // tr31.csv
    "c8f1659acf6a77f52aee82357f47f159b29104b0337f2c6271d31006cd10e140", // emv_session_keys.csv
    "cc8fc3735e3778542ac5ea8cd8ae528f3da5b02e149328711e93f7fccd812d0f", // HSM test LMK 36-37
    "cd2fc9ce272eef50ed3b346cf5d51b5de575e554c94cc0f326df01ed6baf6d63", // emv_session_keys.csv
    "d2c8d9c5c1031f8b6b87d0c5b1aa832645b6c18a01cf77527d646c794abfb14d", // HSM test LMK 02-03
    "d5ed368092b265ff1aaa7b4c50480538435138d920e1ff6921f0481efd60661e", // NIST FF1 samples
    "d77a89e4d31eca527bda3e84b7b926020047ec3ea2c4f5186852cbe4df278db6", // pinblock.csv
    "d87b6682c373e6f02983b2b4529a67247ca112dfcc3cc1c10c4d674e67a58a4a", // pinblock.csv
    "da211d931c99d21fdf79ebf9ee6fcc0c58a217d391f84829537330e58e175e20", // pinblock.csv
    "ddcbc45ed5383449004fe644dec93827baf94a56322cace8d8139e04572ca01e", // cvc3.csv
    "de6e0e0ab2cfbdd2d82db6c7cfd62ed8452f096d4633260f44fb10e6549b1db0", // emv_session_keys.csv
    "dee572bf4f415e1f780efe2a843e5ca4fa9f729f3b4b05bd345739f428e62a27", // kcv.csv
    "e51b42b0efe37b14ba115e800e3b45467b9ac90e972ee1a8f2268abf53fd6b38", // pinblock.csv
    "e53e7347a42f8478c5a1d5d9adb8c56e3eec8a272d4d1c3d752afe8644f32f4f", // tr31.csv
    "e6fae9afdf39252c384fbc772a3caf1c426b52235db4c5577264ff11c20ec3b9", // emv_scripts.csv
    "e76981861d6e5dbf2e759062f422273cc044413c03ac2db2f358fa13ae815f1c", // HSM test LMK 12-13
    "ea94617538e68b2b3d8097b1fdefc2498c36021ae160c41f4d4c85a2ee02966a", // emv_session_keys.csv
    "eac80bb1928894a5d2819b5bbb5c83e25a7160178845289e9533fcc2c59d34af", // 0123456789ABCDEF and its like
    "ef3f3a7a01f9eeff451b71c68f91d5d13ded6964250b485650010cbdb70c87b1", // emv_scripts.csv
    "f0c9a8a2d0a3a72db34e297d9afec96aa21e649c359d39a8a8f8b9225adbb0cd", // NIST SP 800-38B, D.5
    "f2affa7b0b8d348f013191a8bec3c2c6d220966deff0722e7bc114391d4b0988", // tr31.csv
    "f3434934af2fdd81e97a63dee1cb62ca48d7c8629164ea73c876324203d85436", // emv_session_keys.csv
    "f3864885f377f92ce7111e3c62a639e046b5e9ace9784d35d17f08fb68631952", // dukpt.csv
    "f3f8218fbff92c31e7915acefbc9163fade274a40bda1c9f75966bc58ab517b9", // 0123456789ABCDEF and its like
    "f6a4f763ca1f9462713f74f53302e51039c43e415fd4a1b8db4f1b96ebdce5a1", // pvv.csv
    "f946395be62ace5201ccd7359cc7c537ca42b143ea279a940356598792b2c0a6", // tr31.csv
    "f9a5cbd0a2c14a4c12c3c5149947e465ca46be5cd0f9fd2ffcf09952d202834b", // HSM test LMK 26-27
    "fcad90ab6c995fc130ca727d5ad9791a6766a96a3b19fc025cc633796236d8fb", // HSM test LMK, key block, AES
    "fdd07171a9e4c86c64154390d1802d63d4b8e30707a36a106a12bf05a3803f4e", // emv_scripts.csv
};

static bool has_parity(size_t len)
{
    return len == PARITY_LEN_MIN || len == PARITY_LEN_MAX;
}

static bool steps_evenly(const struct secret *key)
{
    uint8_t mask = has_parity(key->len) ? 0xFE : 0xFF;
    for (unsigned start = key->at[0] & mask; start <= (key->at[0] | (uint8_t)~mask); start++) {
        for (unsigned step = 0; step <= UINT8_MAX; step++) {
            size_t fit = 0;
            while (fit < key->len && ((start + fit * step) & mask) == (key->at[fit] & mask)) {
                fit++;
            }
            if (fit == key->len) {
                return true;
            }
        }
    }
    return false;
}

static int compare_digests(const void *a, const void *b)
{
    return memcmp(a, b, DIGEST_HEX_LEN);
}

static bool in_table(const uint8_t *bytes, size_t len)
{
    uint8_t digest[crypto_hash_sha256_BYTES];
    char hex[DIGEST_HEX_LEN];
    crypto_hash_sha256(digest, bytes, len);
    bytes_to_hex(hex, digest, sizeof digest);
    bool found = bsearch(hex, table, sizeof table / sizeof table[0], sizeof table[0], compare_digests) != NULL;
    secret_wipe(digest, sizeof digest);
    secret_wipe(hex, sizeof hex);
    return found;
}

bool key_is_published(const struct secret *key)
{
    assert(key->len > 0);
    if (!has_parity(key->len)) {
        return steps_evenly(key) || in_table(key->at, key->len);
    }
    uint8_t plain[PARITY_LEN_MAX];
    size_t len = key->len;
    for (size_t i = 0; i < len && i < sizeof plain; i++) {
        plain[i] = key->at[i] & 0xFE;
    }
    if (len == PARITY_LEN_MAX && memcmp(plain, plain + 2 * (size_t)PART_LEN, PART_LEN) == 0) {
        len = PARITY_LEN_MIN;
    }
    bool found = steps_evenly(key) || in_table(plain, len);
    secret_wipe(plain, sizeof plain);
    return found;
}
