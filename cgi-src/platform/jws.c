/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/jws.h"

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#include "platform/codec.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192 /* a larger one takes seconds */
#define SIGNATURE_MAX (RSA_BITS_MAX / 8)
#define P256_SIZE 32

const char *jws_alg_name(enum jws_alg alg)
{
	static const char *const names[] = {
		[JWS_RS256] = "RS256", [JWS_ES256] = "ES256", [JWS_HS256] = "HS256"};

	return names[alg];
}

/* --- keys --- */

/* OpenSSL would ask at the terminal. */
static int no_password(char *buf, int size, int writing, void *arg)
{
	(void)buf, (void)size, (void)writing, (void)arg;
	return -1;
}

static EVP_PKEY *read_pem(const struct secret *pem)
{
	BIO *bio = BIO_new_mem_buf(secret_text(pem), (int)pem->len);
	EVP_PKEY *key = bio ? PEM_read_bio_PrivateKey(bio, NULL, no_password, NULL) : NULL;

	BIO_free(bio);
	return key;
}

static bool is_rsa(const EVP_PKEY *key)
{
	int bits = EVP_PKEY_get_bits(key);

	return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA && bits >= RSA_BITS_MIN &&
	       bits <= RSA_BITS_MAX;
}

static bool is_p256(const EVP_PKEY *key)
{
	char group[32];
	size_t len;

	return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
	       EVP_PKEY_get_group_name(key, group, sizeof(group), &len) == 1 &&
	       strcmp(group, "prime256v1") == 0;
}

/* --- signatures --- */

/* The numbers r and s of the same width, without ASN.1 (RFC 7518 section 3.4). */
static bool to_fixed(unsigned char *signature, size_t *len)
{
	const unsigned char *p = signature;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &p, (long)*len);
	bool ok =
		sig && BN_bn2binpad(ECDSA_SIG_get0_r(sig), signature, P256_SIZE) == P256_SIZE &&
		BN_bn2binpad(ECDSA_SIG_get0_s(sig), signature + P256_SIZE, P256_SIZE) == P256_SIZE;

	ECDSA_SIG_free(sig);
	*len = (size_t)2 * P256_SIZE;
	return ok;
}

static enum rc sign_sha256(EVP_PKEY *key, const struct secret *input,
	unsigned char signature[SIGNATURE_MAX], size_t *len)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	enum rc rc = context ? RC_OK : RC_NOMEM;

	*len = SIGNATURE_MAX;
	if (!rc && (EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, key) != 1 ||
			   EVP_DigestSign(context, signature, len, input->bytes, input->len) != 1))
		rc = RC_INVALID;
	EVP_MD_CTX_free(context);
	return rc;
}

static enum rc sign_pem(enum jws_alg alg, const struct secret *pem, const struct secret *input,
	unsigned char signature[SIGNATURE_MAX], size_t *len)
{
	EVP_PKEY *key = read_pem(pem);
	enum rc rc = RC_INVALID;

	if (key && (alg == JWS_RS256 ? is_rsa(key) : is_p256(key)))
		rc = sign_sha256(key, input, signature, len);
	if (!rc && alg == JWS_ES256 && !to_fixed(signature, len))
		rc = RC_INVALID;
	EVP_PKEY_free(key);
	ERR_clear_error(); /* or libcurl's TLS would take it for its own */
	return rc;
}

static enum rc sign(enum jws_alg alg, const struct secret *key, const struct secret *input,
	unsigned char signature[SIGNATURE_MAX], size_t *len)
{
	if (key->len == 0)
		return RC_INVALID;
	if (alg != JWS_HS256)
		return sign_pem(alg, key, input, signature, len);
	codec_hmac_sha256(key, input->bytes, input->len, signature);
	*len = HASH_SIZE;
	return RC_OK;
}

/* --- the whole --- */

static enum rc append_encoded(struct secret *out, const void *p, size_t len)
{
	enum rc rc = secret_reserve(out, out->len + BASE64URL_SIZE(len));

	if (rc)
		return rc;
	codec_base64url(p, len, (char *)out->bytes + out->len);
	out->len += strlen((char *)out->bytes + out->len);
	return RC_OK;
}

enum rc jws_sign(enum jws_alg alg, const struct secret *key, const struct secret *header,
	const struct secret *payload, struct secret *out)
{
	unsigned char signature[SIGNATURE_MAX];
	struct secret text = SECRET_EMPTY;
	size_t len = 0;
	enum rc rc = append_encoded(&text, header->bytes, header->len);

	if (!rc)
		rc = secret_append_text(&text, ".");
	if (!rc)
		rc = append_encoded(&text, payload->bytes, payload->len);
	if (!rc)
		rc = sign(alg, key, &text, signature, &len);
	if (!rc)
		rc = secret_append_text(&text, ".");
	if (!rc)
		rc = append_encoded(&text, signature, len);
	if (!rc)
		secret_take(out, &text);
	secret_release(&text);
	return rc;
}
