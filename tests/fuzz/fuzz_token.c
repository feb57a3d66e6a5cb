/* SPDX-License-Identifier: Apache-2.0
 *
 * A token response of any bytes is refused, or holds what the rest of the house counts on. The input's
 * first line is "STATUS TYPE"; with type "form" it claims to be a form.
 */
#include <string.h>

#include "domain/oauth/token.h"
#include "must.h"
#include "platform/text.h"

#define NOW_S 1700000000

static const char *access_token[] = {"/access_token", "/authed_user/access_token"},
		  *refresh_token[] = {"/refresh_token"}, *expires_in[] = {"/expires_in"},
		  *expires_at[] = {"/expires_at"}, *scope[] = {"/scope"}, *type[] = {"/token_type"},
		  *error[] = {"/error"}, *description[] = {"/error_description"},
		  *subject[] = {"/sub"}, *name[] = {"/name"};
static struct pair members[] = {{"team", "/team/id"}};

static const struct oauth_recipe recipe = {
	.scope_separator = ",",
	.accept_form_response = true,
	.access_token = {access_token, 2},
	.refresh_token = {refresh_token, 1},
	.expires_in = {expires_in, 1},
	.expires_at = {expires_at, 1},
	.scope = {scope, 1},
	.token_type = {type, 1},
	.error = {error, 1},
	.error_description = {description, 1},
	.token_members = {members, 1},
	.default_token_type = "Bearer",
	.default_expires_in_s = 3600,
	.identity = {.from_token_response = true, .subject = {subject, 1}, .name = {name, 1}},
};

static void token_holds(const struct secret *token)
{
	MUST(token->len <= TOKEN_MAX_LEN);
	MUST(text_is_vschar(secret_text(token), token->len));
}

/* Words of visible ASCII, single spaces between them, none at the ends. */
static void scope_holds(const char *text)
{
	size_t len = strlen(text);

	MUST(len < TOKEN_SCOPE_SIZE);
	MUST(len == 0 || (text_is_vschar(text, len) && text[0] != ' ' && text[len - 1] != ' '));
	MUST(!strstr(text, "  ") && !strchr(text, ','));
}

static void success_holds(const struct token_answer *a)
{
	MUST(fieldset_get(&a->tokens, "access_token") != NULL);
	token_holds(fieldset_get(&a->tokens, "access_token"));
	if (fieldset_get(&a->tokens, "refresh_token"))
		token_holds(fieldset_get(&a->tokens, "refresh_token"));
	MUST(strcmp(fieldset_text(&a->tokens, "token_type"), "Bearer") == 0);
	MUST(a->expires && a->expires_at_s >= NOW_S);
	MUST(a->expires_at_s <= NOW_S + TOKEN_LIFETIME_MAX_S);
	MUST(a->status == 200 && !a->error[0] && !a->words[0]);
	scope_holds(a->scope);
	MUST(a->has_scope || !a->scope[0]);
}

static void failure_holds(const struct token_answer *a)
{
	size_t chars, len = strlen(a->words);

	MUST(a->error[0] || len > 0);
	MUST(!a->error[0] || text_is_vschar(a->error, strlen(a->error)));
	MUST(text_utf8_chars(a->words, len, &chars) == RC_OK && chars <= 256);
}

static void answer_holds(int status, const char *kind, const char *p, size_t len,
	const struct placeholder_values *secrets)
{
	struct token_answer a = {0};

	token_parse(&recipe, status, kind, p, len, NOW_S, secrets, &a);
	MUST(a.status == status);
	if (a.failure == TOKEN_OK)
		success_holds(&a);
	else
		failure_holds(&a);
	if (secrets) {
		MUST(!strstr(a.error, "s3cr3t-of-ours") && !strstr(a.words, "s3cr3t-of-ours"));
		MUST(!strstr(a.scope, "s3cr3t-of-ours"));
		MUST(!strstr(a.identity.name, "s3cr3t-of-ours"));
	}
	token_answer_release(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data, *end = memchr(p, '\n', size);
	const char *kind = "application/json";
	struct fieldset client = FIELDSET_EMPTY;
	struct placeholder_values secrets = {.client = &client};
	int status = 0;

	if (!end || size > 65536)
		return 0;
	for (; p < end && *p >= '0' && *p <= '9' && status < 1000; p++)
		status = 10 * status + *p - '0';
	if (end - p >= 5 && memcmp(end - 5, " form", 5) == 0)
		kind = "application/x-www-form-urlencoded";
	size -= (size_t)(end + 1 - (const char *)data);
	MUST(fieldset_put_text(&client, "client_secret", "s3cr3t-of-ours") == RC_OK);
	answer_holds(status, kind, end + 1, size, NULL);
	answer_holds(status, kind, end + 1, size, &secrets);
	fieldset_release(&client);
	return 0;
}
