/* SPDX-License-Identifier: Apache-2.0
 *
 * Signatures against the examples of RFC 7515 (appendix A.1 to A.3), and keys that are none. The keys are those of the
 * RFC, or were made for this test.
 */
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "check.h"
#include "platform/codec.h"
#include "platform/jws.h"

static const char rsa_pem[] = "-----BEGIN PRIVATE KEY-----\n"
			      "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXO\n"
			      "jS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxL\n"
			      "aYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNn\n"
			      "juygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5\n"
			      "ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkf\n"
			      "toaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHg\n"
			      "VFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyW\n"
			      "PEAeP88vLNO97IjlA7/GQ5sLKMgvfTeXZx9SE+7YwVol2NXOoAJe46sui395IW/G\n"
			      "O+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzj\n"
			      "kn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6\n"
			      "XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl/x/jTj3ccPDVZFD9pIuhLhBOneufuBiB\n"
			      "4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0K\n"
			      "pLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr\n"
			      "0AHQfD8/Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqE\n"
			      "lMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6\n"
			      "kqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAP\n"
			      "rq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNw\n"
			      "kgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp\n"
			      "5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds2\n"
			      "9+DAncu3KXU4f2Fa+7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/\n"
			      "evpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcG\n"
			      "yoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZj\n"
			      "OYiIDktVWZzmevJuv6WywUqd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2\n"
			      "tOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3\n"
			      "ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A56\n"
			      "03k2+ZQwVK0JKSHuLFkuQ3U=\n"
			      "-----END PRIVATE KEY-----\n";

static const char rsa_pkcs1_pem[] =
	"-----BEGIN RSA PRIVATE KEY-----\n"
	"MIIEowIBAAKCAQEAofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd/wWJcyQoTbji9k0\n"
	"l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL+yRT+SFd2lZS+pC\n"
	"gNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb/7OMg0LOL+bSf63kpaSHSX\n"
	"ndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uD\n"
	"Zlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxXFvUK+DWNmoudF8NAco9/h9iaGNj8\n"
	"q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQIDAQABAoIBABKucaRpzQorw35S\n"
	"bEUAVx8dYXUdZOlJcHtiWQ+dC6V8ljxAHj/PLyzTveyI5QO/xkObCyjIL303l2cf\n"
	"UhPu2MFaJdjVzqACXuOrLot/eSFvxjvqVidTtAZExqFRJ9mylUVAoLvhowVWmC1O\n"
	"n95fZCXxTUtxNEG1Xcc7m0rtzJKs45J+N/V9DP1edYH6USyPSWGp6wuA+KgHRnKK\n"
	"Vf9GRx80JQY7nVNkL17eHoTWEwga+lwi0FEoW9Y7lDtWXYmKBWhUE+U8PGxlJf8f\n"
	"40493HDw1WRQ/aSLoS4QTp3rn7gYgeHEvfJdkkf0UMhlknlo53M09EFPdadQ4TlU\n"
	"bjqKc50CgYEA4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH/5IB3jw3bcxGn6QLvnE\n"
	"tfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw/Py5PJdTJNPY8cQn7ouZ2KKDcmnPG\n"
	"BY5t7yLc1QlQ5xHdwW1VhvKn+nXqhJTBgIPgtldC+KDV5z+y2XDwGUcCgYEAuQPE\n"
	"fgmVtjL0Uyyx88GZFF1fOunH3+7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYs\n"
	"p1ZSe7zFYHj7C6ul7TjeLQeZD/YwD66t62wDmpe/HlB+TnBA+njbglfIsRLtXlnD\n"
	"zQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdcCgYAHAp9XcCSrn8wVkMVkKdb7\n"
	"DOX4IKjzdahm+ctDAJN4O/y7OW5FKebvUjdAIt2GuoTZ71iTG+7F0F+lP88jtjP4\n"
	"U4qe7VHoewl4MKOfXZKTe+YCS1XbNvfgwJ3Ltyl1OH9hWvu2yza7q+d5PCsDzqtm\n"
	"27kxuvULVeya+TEdAB1ijQKBgQCH/3r6YrVH/uCWGy6bzV1nGNOdjKc9tmkfOJmN\n"
	"54dxdixdpozCQ6U4OxZrsj3FcOhHBsqAHvX2uuYjagqvo3cOj1TRqNocX40omfCC\n"
	"Mx3bD1yPPf/6TI2XECva/ggqEY2mYzmIiA5LVVmc5nrybr+lssFKneeyxN2Wq93S\n"
	"0iJMdQKBgCGHewxzoa1r8ZMD0LETNrToK423K377UCYqXfg5XMclbrjPbEC3YI1Z\n"
	"NqMtuhdBJqUnBi6tjKMF+34Xf0CUN8ncuXGO2CAYvO8PdyCixHX52ybaDjy1FtCE\n"
	"6yUXjoKNXKvUm7MWGsAYH6f4IegOetN5NvmUMFStCSkh7ixZLkN1\n"
	"-----END RSA PRIVATE KEY-----\n";

static const char ec_pem[] = "-----BEGIN PRIVATE KEY-----\n"
			     "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgjpsQnnGQmL+YBIff\n"
			     "H1136cspYG6+0iY7X1fCE9+E9LKhRANCAAR/zc4ncPbEXUGDy+5v20t7WAczNXvp\n"
			     "7xO6z248e9FURcfxRM0bvZt+hyzf7bnuufSzaV1uqQskrYpGIyiFiOWt\n"
			     "-----END PRIVATE KEY-----\n";

static const char ec_public_pem[] =
	"-----BEGIN PUBLIC KEY-----\n"
	"MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7\n"
	"6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==\n"
	"-----END PUBLIC KEY-----\n";

static const char encrypted_pem[] =
	"-----BEGIN ENCRYPTED PRIVATE KEY-----\n"
	"MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiV5TLIIvECPQICCAAw\n"
	"DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEGcbV9qMSOul24zdUal0S40EgZBS\n"
	"vsXtheVbNLGlQWwjOyB1usztt8lK7OQb4Nu/R8NggJWLyv3HDHbUtV9uxhaosAJh\n"
	"aowZoivJjf5mDeg7nzCqPBGCC19UL8QH443vmns3B5bMwHz1DEWIE61KRCKLU3Mt\n"
	"+F+3JgclSPTKZ/gKbBm0pIburD0XnBpK7UAa1y9/qtfNtxIZaZPYwjrz1WKJYpE=\n"
	"-----END ENCRYPTED PRIVATE KEY-----\n";

static const char p384_pem[] = "-----BEGIN PRIVATE KEY-----\n"
			       "MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDCzx2y9LL0tpLvTGkie\n"
			       "OX1HP8NvmFpxFfDb8/QA9ylWRNz5bKgaWUmhZrE4UlWQws2hZANiAAQ92LvmVsUZ\n"
			       "nhD5XIBbOny8iKZ+PhBD0or+WhKoLj9R3tQkjjKsqxT9/iXkcGbpnAufwsL3TXhQ\n"
			       "2obmytr5qLlKwoQ2KzMXDwCbeQFyP8w0GQCOjp07EZCh+sfHDJVPcLo=\n"
			       "-----END PRIVATE KEY-----\n";

static const char rsa1024_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MIICeQIBADANBgkqhkiG9w0BAQEFAASCAmMwggJfAgEAAoGBAOLPZvcfuqcRpUgS\n"
	"BHwYZ78tnWLkCKxo8b2Haq0ujJZc2VEtaFjvW+8KOfgCkP99W51BxieluKnHfTEO\n"
	"A5JXtdx7c2Flp798VBHXmbRNxnMiZQ0AoNqC8ZvrBDRZ4OB9JzPPIKgcC7E4spIc\n"
	"yxncg4y1O6V9FEU3D0JTpQzzvT+lAgMBAAECgYEAzLL67tZIEzitvxnjykwMdlKo\n"
	"1PORkGk2pCNvd9WnNJ2f1M/yeTGt+1Nzdg565tswsAEI4geDXleY+Yj4WD+o9R1w\n"
	"gJjFBZYS0cxKQIFnTrPOBZo3eDD7NBsxjJckDFwF49/0/k9EDCj5BF66FDSINcQ6\n"
	"nQh6L1Vc5q2vBMLn1YECQQD7Q4vb6CeR+F9uNBPDMDGRpoEJqJ/79qLXyZavgXR6\n"
	"OmlzSxKsvIFnntS33CvxDTDy0Iay4TYo1DM7AM4CZaQtAkEA5xXbR8NxpDTHamag\n"
	"t0nj5CuOt2S7pFhROFKPXMZ8RH63zx1RIschWznN4HtoXBzt7VEyr5OB8X2tY/7d\n"
	"wmNcWQJBAM8seaQ/vmjQRzdhvy3Ajg6PIHRrUkZ5rPmJ4TIi5nxlr07+Bo7g+z4K\n"
	"K1DSPHUMMGD1aSsTIQn3Naqf1j0Ju50CQQCCjR2KKIeuTkcO/JX1luARyu3g/B7q\n"
	"VR7lo/bsYhJYnAJ6F0T8UeWtZTXDidTGnW1psoLhIIO8C9WGdbmRFZNZAkEA1lNe\n"
	"ekbBNhAcwYiLmUn2WLKFnUxkQSkjaWjmobUy3/FL3756JjxrLuyYvhqWILsTMVO3\n"
	"Zi3Sv4rxBPaGFcSrlg==\n"
	"-----END PRIVATE KEY-----\n";

static const char ed25519_pem[] =
	"-----BEGIN PRIVATE KEY-----\n"
	"MC4CAQAwBQYDK2VwBCIEIAj1EdU1XiIHLWaVkBLtJTbFH4M6GjaImFUSz7JVJ3gI\n"
	"-----END PRIVATE KEY-----\n";

static const char payload[] =
	"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
#define PAYLOAD                                                                                    \
	"eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290"     \
	"Ijp0cnVlfQ"

static enum rc sign(
	enum jws_alg alg, const void *key, size_t key_len, const char *header, struct secret *out)
{
	struct secret k = SECRET_EMPTY, h = SECRET_EMPTY, p = SECRET_EMPTY;
	enum rc rc;

	CHECK_INT(secret_set(&k, key, key_len), RC_OK);
	CHECK_INT(secret_append_text(&h, header), RC_OK);
	CHECK_INT(secret_append_text(&p, payload), RC_OK);
	rc = jws_sign(alg, &k, &h, &p, out);
	secret_release(&k);
	secret_release(&h);
	secret_release(&p);
	return rc;
}

static enum rc sign_text(enum jws_alg alg, const char *key, struct secret *out)
{
	return sign(alg, key, strlen(key), "{\"alg\":\"x\"}", out);
}

static void a1_hs256(void)
{
	static const char text[] =
		"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0i"
		"PS4hcgUuTwjAzZr1Z9CAow";
	unsigned char key[64];
	struct secret out = SECRET_EMPTY;

	CHECK_INT(codec_unbase64url(text, strlen(text), key, sizeof(key)), RC_OK);
	CHECK_INT(
		sign(JWS_HS256, key, sizeof(key), "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}", &out),
		RC_OK);
	CHECK_STR(secret_text(&out), "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." PAYLOAD
				     ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
	secret_release(&out);
}

static void a2_rs256(void)
{
	static const char expected[] =
		"eyJhbGciOiJSUzI1NiJ9." PAYLOAD
		".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
		"AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
		"BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
		"0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
		"hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
		"p0igcN_IoypGlUPQGe77Rw";
	const char *const forms[] = {rsa_pem, rsa_pkcs1_pem};
	struct secret out = SECRET_EMPTY;

	for (size_t i = 0; i < 2; i++) {
		CHECK_INT(sign(JWS_RS256, forms[i], strlen(forms[i]), "{\"alg\":\"RS256\"}", &out),
			RC_OK);
		CHECK_STR(secret_text(&out), expected);
	}
	secret_release(&out);
}

/* text: a token in compact form with an ES256 signature. */
static bool es256_verifies(const char *text)
{
	BIO *bio = BIO_new_mem_buf(ec_public_pem, -1);
	EVP_PKEY *key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const char *dot = strrchr(text, '.');
	unsigned char raw[64], *der = NULL;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	int der_len;
	bool ok;

	CHECK_INT(codec_unbase64url(dot + 1, strlen(dot + 1), raw, sizeof(raw)), RC_OK);
	ECDSA_SIG_set0(sig, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
	der_len = i2d_ECDSA_SIG(sig, &der);
	ok = EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1 &&
	     EVP_DigestVerify(context, der, (size_t)der_len, (const unsigned char *)text,
		     (size_t)(dot - text)) == 1;
	OPENSSL_free(der);
	ECDSA_SIG_free(sig);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	BIO_free(bio);
	return ok;
}

/* ECDSA takes a random number: the RFC's signature shows that the verifier of this test is right, and the verifier
 * that ours are. */
static void a3_es256(void)
{
	struct secret out = SECRET_EMPTY;

	CHECK(es256_verifies("eyJhbGciOiJFUzI1NiJ9." PAYLOAD
			     ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSA"
			     "pmWQxfKTUJqPP3-Kg6NU1Q"));
	for (int i = 0; i < 300; i++) { /* one in 128 has a leading zero in r or s */
		CHECK_INT(sign(JWS_ES256, ec_pem, strlen(ec_pem), "{\"alg\":\"ES256\"}", &out),
			RC_OK);
		CHECK(strncmp(secret_text(&out), "eyJhbGciOiJFUzI1NiJ9." PAYLOAD ".", 100) == 0);
		CHECK(es256_verifies(secret_text(&out)));
	}
	secret_release(&out);
}

static void keys_of_another_kind_are_refused(void)
{
	static const struct {
		enum jws_alg alg;
		const char *key;
	} cases[] = {{JWS_RS256, ec_pem}, {JWS_RS256, rsa1024_pem}, {JWS_RS256, ed25519_pem},
		{JWS_RS256, ec_public_pem}, {JWS_RS256, ""}, {JWS_RS256, "secret"},
		{JWS_ES256, rsa_pem}, {JWS_ES256, p384_pem}, {JWS_ES256, encrypted_pem},
		{JWS_ES256, ec_public_pem}, {JWS_ES256, ed25519_pem}, {JWS_ES256, ""},
		{JWS_HS256, ""}};
	struct secret out = SECRET_EMPTY;

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CHECK_INT(secret_append_text(&out, "before"), RC_OK);
		CHECK_INT(sign_text(cases[i].alg, cases[i].key, &out), RC_INVALID);
		CHECK_STR(secret_text(&out), "before");
		secret_release(&out);
	}
}

/* Whoever pastes a key may lose an end of it, or the lines. */
static void damaged_keys_are_refused(void)
{
	char cut[sizeof(rsa_pem)];
	struct secret out = SECRET_EMPTY;

	for (size_t len = 1; len < sizeof(rsa_pem) - 30; len += 37) {
		memcpy(cut, rsa_pem, len);
		cut[len] = '\0';
		CHECK_INT(sign_text(JWS_RS256, cut, &out), RC_INVALID);
	}
	memcpy(cut, rsa_pem, sizeof(rsa_pem));
	for (size_t i = 0; cut[i] != '\0'; i++)
		if (cut[i] == '\n')
			cut[i] = ' ';
	CHECK_INT(sign_text(JWS_RS256, cut, &out), RC_INVALID);
	memcpy(cut, rsa_pem, sizeof(rsa_pem));
	cut[200] = '!';
	CHECK_INT(sign_text(JWS_RS256, cut, &out), RC_INVALID);
	CHECK(out.len == 0);
	CHECK_INT(sign_text(JWS_RS256, rsa_pem, &out), RC_OK);
	secret_release(&out);
}

static void algorithms_have_names(void)
{
	CHECK_STR(jws_alg_name(JWS_RS256), "RS256");
	CHECK_STR(jws_alg_name(JWS_ES256), "ES256");
	CHECK_STR(jws_alg_name(JWS_HS256), "HS256");
}

int main(void)
{
	CHECK_INT(codec_init(), RC_OK);
	RUN(a1_hs256);
	RUN(a2_rs256);
	RUN(a3_es256);
	RUN(keys_of_another_kind_are_refused);
	RUN(damaged_keys_are_refused);
	RUN(algorithms_have_names);
	return CHECK_DONE;
}
