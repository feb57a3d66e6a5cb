/* SPDX-License-Identifier: Apache-2.0 */
#include "platform/codec.h"

#include <string.h>

#include "check.h"

static void codec_sha256_matches_fips180_abc(void)
{
	unsigned char hash[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];

	codec_sha256("abc", 3, hash);
	codec_hex(hash, sizeof(hash), hex);
	CHECK_STR(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	codec_sha256("", 0, hash);
	codec_hex(hash, sizeof(hash), hex);
	CHECK_STR(hex, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

static void codec_pkce_s256_matches_rfc7636_appendix_b(void)
{
	static const unsigned char octets[32] = {116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96,
		125, 216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83,
		132, 141, 121};
	unsigned char hash[HASH_SIZE];
	char verifier[BASE64URL_SIZE(32)], challenge[BASE64URL_SIZE(HASH_SIZE)];

	codec_base64url(octets, sizeof(octets), verifier);
	CHECK_STR(verifier, "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk");
	codec_sha256(verifier, strlen(verifier), hash);
	codec_base64url(hash, sizeof(hash), challenge);
	CHECK_STR(challenge, "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
}

static void codec_hash_is_blake2b_256(void)
{
	unsigned char hash[HASH_SIZE], other[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];

	codec_hash("abc", 3, hash);
	codec_hex(hash, sizeof(hash), hex);
	CHECK_STR(hex, "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
	codec_hash("abd", 3, other);
	CHECK(!codec_equal(hash, other, HASH_SIZE));
}

/* A key or text of n bytes that all are c. */
static const char *bytes_of(char c, size_t n)
{
	static char text[256];

	memset(text, c, n);
	text[n] = '\0';
	return text;
}

static void check_hmac(const char *key, size_t key_len, const char *text, const char *want)
{
	unsigned char mac[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];
	struct secret k = SECRET_EMPTY;

	CHECK(secret_set(&k, key, key_len) == RC_OK);
	codec_hmac_sha256(&k, text, strlen(text), mac);
	codec_hex(mac, sizeof(mac), hex);
	CHECK_STR(hex, want);
	secret_release(&k);
}

static void codec_hmac_sha256_matches_rfc4231(void)
{
	static const char counted[] =
		"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12"
		"\x13\x14\x15\x16\x17\x18\x19";
	char long_key[131];

	memset(long_key, 0xaa, sizeof(long_key));
	check_hmac(bytes_of(0x0b, 20), 20, "Hi There",
		"b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
	check_hmac("Jefe", 4, "what do ya want for nothing?",
		"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	check_hmac(long_key, 20, bytes_of((char)0xdd, 50),
		"773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
	check_hmac(counted, 25, bytes_of((char)0xcd, 50),
		"82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
	check_hmac(long_key, 131, "Test Using Larger Than Block-Size Key - Hash Key First",
		"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	check_hmac(long_key, 131,
		"This is a test using a larger than block-size key and a larger than block-size "
		"data. The key needs to be hashed before being used by the HMAC algorithm.",
		"9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

static void codec_hmac_sha256_takes_an_empty_key_and_text(void)
{
	check_hmac("", 0, "", "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

static void codec_hex_round_trips(void)
{
	unsigned char all[256], again[256];
	char hex[513];

	for (int i = 0; i < 256; i++)
		all[i] = (unsigned char)i;
	codec_hex(all, sizeof(all), hex);
	CHECK_INT(strlen(hex), 512);
	CHECK_INT(codec_unhex(hex, again, sizeof(again)), RC_OK);
	CHECK(memcmp(all, again, sizeof(all)) == 0);
	CHECK_INT(codec_unhex("aBcD", again, 2), RC_OK);
	CHECK_INT(again[0] << 8 | again[1], 0xabcd);
	CHECK_INT(codec_unhex("", again, 0), RC_OK);
}

static void codec_unhex_refuses(void)
{
	static const char *const bad[] = {"", "a", "ab", "abc", "abcde", "abcdef", "abcg", "ab:cd",
		"ab c", " abc", "0xab", "ab\ncd"};
	unsigned char out[2];

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		memset(out, 1, sizeof(out));
		CHECK_INT(codec_unhex(bad[i], out, sizeof(out)), RC_INVALID);
	}
}

static void codec_base64url_matches_rfc4648_section_10(void)
{
	static const struct {
		const char *in, *out;
	} cases[] = {{"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"},
		{"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}, {"\xfb\xff\xfe", "-__-"}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		size_t len = strlen(cases[i].in);
		char out[BASE64URL_SIZE(6)], back[6];

		codec_base64url(cases[i].in, len, out);
		CHECK_STR(out, cases[i].out);
		CHECK_INT(strlen(out) + 1, BASE64URL_SIZE(len));
		CHECK_INT(codec_unbase64url(out, strlen(out), back, len), RC_OK);
		CHECK(memcmp(back, cases[i].in, len) == 0);
	}
}

static void codec_unbase64url_refuses(void)
{
	static const struct {
		const char *text;
		size_t len;
	} bad[] = {{"Zg==", 1}, {"Zg=", 1}, {"Z", 1}, {"Z", 0}, {"Zh", 1}, {"Zm9", 2}, {"Zm8", 1},
		{"Zm8", 3}, {"", 1}, {"Zg", 0}, {"+_8", 2}, {"/_8", 2}, {"Z\n", 1}, {" Zg", 1},
		{"Zg ", 1}, {"Zm9vY", 4}, {"Z\xc3\xa9", 2}, {"Zm9v", 2}, {"AA\0A", 3}};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		unsigned char out[8];
		size_t text_len = i + 1 == sizeof(bad) / sizeof(*bad) ? 4 : strlen(bad[i].text);

		CHECK_INT(codec_unbase64url(bad[i].text, text_len, out, bad[i].len), RC_INVALID);
	}
}

/* libsodium alone takes some of these for digits. */
static void codec_unbase64url_refuses_every_byte_outside_its_alphabet(void)
{
	static const char alphabet[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

	for (int c = 0; c < 256; c++) {
		char text[4] = {(char)c, (char)c, (char)c, (char)c};
		bool belongs = memchr(alphabet, c, sizeof(alphabet) - 1) != NULL;
		unsigned char out[3];

		CHECK_INT(codec_unbase64url(text, 4, out, 3), belongs ? RC_OK : RC_INVALID);
	}
}

static void codec_base64_secret_matches_rfc7617_section_2(void)
{
	struct secret in = SECRET_EMPTY, out = SECRET_EMPTY;

	CHECK_INT(secret_set(&in, "Aladdin:open sesame", 19), RC_OK);
	CHECK_INT(secret_set(&out, "what was there before", 21), RC_OK);
	CHECK_INT(codec_base64_secret(&in, &out), RC_OK);
	CHECK_STR(secret_text(&out), "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
	CHECK_INT(out.len, 28);
	CHECK_INT(codec_base64_secret(&in, &in), RC_OK);
	CHECK(secret_equal(&in, &out));
	secret_release(&in);
	CHECK_INT(codec_base64_secret(&in, &out), RC_OK);
	CHECK_STR(secret_text(&out), "");
	secret_release(&out);
}

static void codec_base64_secret_over_the_maximum_is_refused(void)
{
	struct secret in = SECRET_EMPTY, out = SECRET_EMPTY;

	CHECK_INT(secret_random(&in, SECRET_MAX), RC_OK);
	CHECK_INT(codec_base64_secret(&in, &out), RC_LIMIT);
	CHECK_INT(out.len, 0);
	secret_release(&in);
	secret_release(&out);
}

static void codec_unbase64_takes_both_alphabets(void)
{
	static const struct {
		const char *text, *bytes;
		size_t len;
	} good[] = {{"", "", 0}, {"Zg==", "f", 1}, {"Zg", "f", 1}, {"Zm8=", "fo", 2},
		{"Zm8", "fo", 2}, {"Zm9v", "foo", 3}, {"AAAA", "\0\0\0", 3},
		{"+/+/", "\xfb\xff\xbf", 3}, {"-_-_", "\xfb\xff\xbf", 3}, {"-_8=", "\xfb\xff", 2}};
	struct secret out = SECRET_EMPTY;

	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		CHECK_INT(codec_unbase64(good[i].text, strlen(good[i].text), &out), RC_OK);
		CHECK_INT(out.len, good[i].len);
		CHECK(memcmp(secret_text(&out), good[i].bytes, good[i].len) == 0);
	}
	secret_release(&out);
}

static void codec_unbase64_refuses(void)
{
	static const char *const bad[] = {"Z", "Zg=", "Zg===", "Zm8==", "Zh==", "Zm9=", "=",
		"====", "Zm9v=", "Zm 9v", "Zm9v\n", "Zg==Zg==", "+_+_", "Zm9*", "\xd7\xa9\xd7\xa9",
		"Zm9vZ"};
	struct secret out = SECRET_EMPTY;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (codec_unbase64(bad[i], strlen(bad[i]), &out) != RC_INVALID)
			printf("# accepted: %s\n", bad[i]);
		CHECK_INT(codec_unbase64(bad[i], strlen(bad[i]), &out), RC_INVALID);
		CHECK_INT(out.len, 0);
	}
	CHECK_INT(codec_unbase64("AA\0A", 4, &out), RC_INVALID);
	secret_release(&out);
}

static void codec_equal_compares_all_bytes(void)
{
	CHECK(codec_equal("abc", "abc", 3));
	CHECK(codec_equal("abc", "abd", 2));
	CHECK(!codec_equal("abc", "abd", 3));
	CHECK(!codec_equal("xbc", "abc", 3));
	CHECK(codec_equal("", "", 0));
}

static void codec_random_fills(void)
{
	unsigned char a[32] = {0}, b[32] = {0};

	codec_random(a, sizeof(a));
	CHECK(!codec_equal(a, b, sizeof(a)));
	codec_random(b, sizeof(b));
	CHECK(!codec_equal(a, b, sizeof(a)));
	codec_random(NULL, 0);
}

static void codec_password_r80_parameters_and_verify(void)
{
	struct secret password = SECRET_EMPTY, wrong = SECRET_EMPTY;
	char encoded[PASSWORD_HASH_SIZE], again[PASSWORD_HASH_SIZE];

	CHECK_INT(secret_set(&password, "correct horse\0battery", 21), RC_OK);
	CHECK_INT(secret_set(&wrong, "correct horse", 13), RC_OK);
	CHECK_INT(codec_password_hash(&password, encoded), RC_OK);
	CHECK(strncmp(encoded, "$argon2id$v=19$m=65536,t=3,p=1$", 31) == 0);
	CHECK(codec_password_verify(encoded, &password));
	CHECK(!codec_password_verify(encoded, &wrong)); /* the NUL does not end the password */
	CHECK(!codec_password_stale(encoded));
	CHECK_INT(codec_password_hash(&password, again), RC_OK);
	CHECK(strcmp(encoded, again) != 0);
	secret_release(&password);
	secret_release(&wrong);
}

static void codec_password_stale_when_parameters_differ(void)
{
	/* t=2, m=19 MiB: enough for OWASP, less than ours. */
	CHECK(codec_password_stale("$argon2id$v=19$m=19456,t=2,p=1$"
				   "AAAAAAAAAAAAAAAAAAAAAA$"
				   "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"));
	CHECK(codec_password_stale(""));
	CHECK(codec_password_stale("nonsense"));
}

static void codec_password_malformed_encoding_never_verifies(void)
{
	static const char *const bad[] = {"", "x", "$", "$argon2id$",
		"$argon2id$v=19$m=65536,t=3,p=1$",
		"$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$",
		"$2y$10$abcdefghijklmnopqrstuv",
		"$argon2id$v=19$m=99999999999,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAA",
		"$argon2id$v=19$m=65536,t=3,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAA"};
	struct secret password = SECRET_EMPTY;
	char overlong[2 * PASSWORD_HASH_SIZE] = "$argon2id$v=19$m=65536,t=3,p=1$";

	memset(overlong + strlen(overlong), 'A', PASSWORD_HASH_SIZE);
	CHECK(!codec_password_verify(overlong, &password));
	CHECK(codec_password_stale(overlong));
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		CHECK(!codec_password_verify(bad[i], &password));
	secret_release(&password);
}

int main(void)
{
	if (codec_init() || codec_init())
		return 1;
	RUN(codec_sha256_matches_fips180_abc);
	RUN(codec_pkce_s256_matches_rfc7636_appendix_b);
	RUN(codec_hash_is_blake2b_256);
	RUN(codec_hmac_sha256_matches_rfc4231);
	RUN(codec_hmac_sha256_takes_an_empty_key_and_text);
	RUN(codec_hex_round_trips);
	RUN(codec_unhex_refuses);
	RUN(codec_base64url_matches_rfc4648_section_10);
	RUN(codec_unbase64url_refuses);
	RUN(codec_unbase64url_refuses_every_byte_outside_its_alphabet);
	RUN(codec_base64_secret_matches_rfc7617_section_2);
	RUN(codec_base64_secret_over_the_maximum_is_refused);
	RUN(codec_unbase64_takes_both_alphabets);
	RUN(codec_unbase64_refuses);
	RUN(codec_equal_compares_all_bytes);
	RUN(codec_random_fills);
	RUN(codec_password_r80_parameters_and_verify);
	RUN(codec_password_stale_when_parameters_differ);
	RUN(codec_password_malformed_encoding_never_verifies);
	return CHECK_DONE;
}
