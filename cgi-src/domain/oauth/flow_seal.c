/* SPDX-License-Identifier: Apache-2.0 */
#include "domain/oauth/flow_seal.h"

#include <stdio.h>
#include <string.h>

#include "domain/keyring.h"
#include "platform/text.h"

static const char *const words[FLOW_VERDICT__MAX] = {
	[FLOW_PENDING] = "pending",
	[FLOW_CONNECTED] = "connected",
	[FLOW_DECLINED] = "declined",
	[FLOW_PROVIDER_ERROR] = "provider_error",
	[FLOW_CODE_REFUSED] = "code_refused",
	[FLOW_CLIENT_REFUSED] = "client_refused",
	[FLOW_BAD_ANSWER] = "bad_answer",
	[FLOW_NO_ANSWER] = "no_answer",
	[FLOW_CLIENT_CHANGED] = "client_changed",
	[FLOW_CREDENTIAL_GONE] = "credential_gone",
	[FLOW_NOT_ALLOWED] = "not_allowed",
	[FLOW_FAULT] = "fault",
	[FLOW_WRONG_ISSUER] = "issuer_mismatch",
	[FLOW_MALFORMED] = "malformed",
};

const char *flow_verdict_word(enum flow_verdict verdict)
{
	return words[verdict];
}

static struct seal_place place_of(const struct flow_row *row, const char *column)
{
	return (struct seal_place){"oauth_flows", column, &row->id.u, 1};
}

enum rc flow_seal_verifier(
	const struct core *core, struct flow_row *row, const struct secret *verifier)
{
	struct seal_place place = place_of(row, "verifier_sealed");
	struct buf sealed;
	enum rc rc = keyring_seal(core->keyring, core->db, &row->tenant, &place, verifier, &sealed);

	if (rc == RC_OK && sealed.len > sizeof(row->verifier_sealed))
		rc = RC_INTERNAL;
	if (rc == RC_OK) {
		memcpy(row->verifier_sealed, sealed.data, sealed.len);
		row->verifier_sealed_len = sealed.len;
	}
	buf_release(&sealed);
	return rc;
}

enum rc flow_unseal_verifier(
	const struct core *core, const struct flow_row *row, struct secret *out)
{
	struct seal_place place = place_of(row, "verifier_sealed");

	return keyring_unseal(core->keyring, core->db, &row->tenant, &place, row->verifier_sealed,
		row->verifier_sealed_len, out);
}

enum rc flow_seal_outcome(
	const struct core *core, struct flow_row *row, const struct flow_result *result)
{
	struct seal_place place = place_of(row, "outcome_sealed");
	const struct {
		const char *name, *text;
	} items[] = {
		{"verdict", words[result->verdict]},
		{"error", result->error},
		{"words", result->words},
		{"account", result->account},
		{"name", result->name},
		{"granted", result->granted},
		{"other", result->other_account ? "1" : ""},
		{"twin", result->twin},
		{"unsaid", result->unsaid ? "1" : ""},
	};
	struct fieldset fields = FIELDSET_EMPTY;
	struct secret plain = SECRET_EMPTY;
	enum rc rc = RC_OK;

	TEXT_COPY(row->status, result->verdict == FLOW_CONNECTED ? "done" : "failed");
	for (size_t i = 0; i < sizeof(items) / sizeof(items[0]) && rc == RC_OK; i++)
		rc = fieldset_put_text(&fields, items[i].name, items[i].text);
	if (rc == RC_OK)
		rc = fieldset_encode(&fields, &plain);
	buf_release(&row->outcome_sealed);
	if (rc == RC_OK)
		rc = keyring_seal(core->keyring, core->db, &row->tenant, &place, &plain,
			&row->outcome_sealed);
	fieldset_release(&fields);
	secret_release(&plain);
	return rc;
}

static void read_outcome(const struct fieldset *fields, struct flow_result *out)
{
	const char *verdict = fieldset_text(fields, "verdict");

	for (int i = 0; i < FLOW_VERDICT__MAX; i++)
		if (strcmp(words[i], verdict) == 0)
			out->verdict = (enum flow_verdict)i;
	TEXT_COPY(out->error, fieldset_text(fields, "error"));
	TEXT_COPY(out->words, fieldset_text(fields, "words"));
	TEXT_COPY(out->account, fieldset_text(fields, "account"));
	TEXT_COPY(out->name, fieldset_text(fields, "name"));
	TEXT_COPY(out->granted, fieldset_text(fields, "granted"));
	TEXT_COPY(out->twin, fieldset_text(fields, "twin"));
	out->unsaid = fieldset_text(fields, "unsaid")[0] != '\0';
	out->other_account = fieldset_text(fields, "other")[0] != '\0';
}

enum rc flow_unseal_outcome(
	const struct core *core, const struct flow_row *row, struct flow_result *out)
{
	struct seal_place place = place_of(row, "outcome_sealed");
	struct fieldset fields = FIELDSET_EMPTY;
	struct secret plain = SECRET_EMPTY;
	enum rc rc;

	if (row->outcome_sealed.len == 0)
		return RC_OK; /* not back yet */
	rc = keyring_unseal(core->keyring, core->db, &row->tenant, &place, row->outcome_sealed.data,
		row->outcome_sealed.len, &plain);
	if (rc == RC_OK)
		rc = fieldset_decode(plain.bytes, plain.len, &fields);
	if (rc == RC_OK)
		read_outcome(&fields, out);
	fieldset_release(&fields);
	secret_release(&plain);
	return rc;
}
