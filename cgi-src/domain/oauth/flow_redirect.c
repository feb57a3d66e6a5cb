/* SPDX-License-Identifier: Apache-2.0
 *
 * What else a redirect brings besides the code, where a provider's file says that it is worth keeping. It comes through a
 * browser: nothing of it is believed that the file does not describe.
 */
#include <stdlib.h>
#include <string.h>

#include "domain/allowed.h"
#include "domain/oauth/flow_redirect.h"
#include "platform/codec.h"
#include "platform/text.h"

#define VALUE_MAX 512

static const char *find(const struct flow_response *response, const char *name)
{
	for (size_t i = 0; i < response->n_params; i++)
		if (strcmp(response->params[i].name, name) == 0)
			return response->params[i].value;
	return NULL;
}

static bool is_allowed(const struct redirect_value *value, const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || len > VALUE_MAX || !text_is_vschar(text, len))
		return false;
	if (value->pattern && !allowed_matches(value->pattern, text))
		return false;
	return value->hosts.n == 0 || allowed_host(value->hosts.items, value->hosts.n, text);
}

enum rc flow_brought(const struct redirect_recipe *recipe, const struct flow_response *response,
	struct fieldset *out)
{
	enum rc rc = RC_OK;

	for (size_t i = 0; i < recipe->n_values && rc == RC_OK; i++) {
		const struct redirect_value *value = &recipe->values[i];
		const char *text = find(response, value->param);

		if (!text)
			rc = value->required ? RC_INVALID : RC_OK;
		else if (!is_allowed(value, text))
			rc = RC_INVALID;
		else
			rc = fieldset_put_text(out, value->name, text);
	}
	return rc;
}

/* ---- the signature ---- */

static int by_name(const void *a, const void *b)
{
	const struct flow_param *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

/* "a=1&b=2" of all parameters but the signature, in the order of their names. */
static enum rc signed_text(
	const struct flow_response *response, const char *signature, struct secret *out)
{
	const struct flow_param **sorted = calloc(response->n_params + 1, sizeof(void *));
	enum rc rc = sorted ? RC_OK : RC_NOMEM;
	size_t n = 0;

	for (size_t i = 0; i < response->n_params && rc == RC_OK; i++)
		if (strcmp(response->params[i].name, signature) != 0)
			sorted[n++] = &response->params[i];
	if (rc == RC_OK)
		qsort(sorted, n, sizeof(void *), by_name);
	for (size_t i = 0; i < n && rc == RC_OK; i++) {
		rc = secret_append_text(out, i ? "&" : "");
		if (rc == RC_OK)
			rc = secret_append_text(out, sorted[i]->name);
		if (rc == RC_OK)
			rc = secret_append_text(out, "=");
		if (rc == RC_OK)
			rc = secret_append_text(out, sorted[i]->value);
	}
	free(sorted);
	return rc;
}

enum rc flow_check_signature(const struct redirect_recipe *recipe, const struct fieldset *client,
	const struct flow_response *response)
{
	unsigned char want[HASH_SIZE], got[HASH_SIZE];
	const struct secret *key = fieldset_get(client, "client_secret");
	const char *given;
	struct secret text = SECRET_EMPTY;
	enum rc rc;

	if (!recipe->signature_param)
		return RC_OK;
	given = find(response, recipe->signature_param);
	if (!key || !given || strlen(given) != 2 * sizeof(got) ||
		codec_unhex(given, got, sizeof(got)) != RC_OK)
		return RC_INVALID;
	rc = signed_text(response, recipe->signature_param, &text);
	if (rc == RC_OK) {
		codec_hmac_sha256(key, text.bytes, text.len, want);
		rc = codec_equal(want, got, sizeof(got)) ? RC_OK : RC_INVALID;
	}
	secret_release(&text);
	return rc;
}
